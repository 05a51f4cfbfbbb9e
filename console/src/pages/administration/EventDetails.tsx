import { Group, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { entry } from "../../api/queries";
import { entryOf } from "../../api/trail";
import type { CloudEvent } from "../../api/types";
import { Fact } from "../../components/Page";
import { Empty, Reading } from "../../components/states";
import { placeOf } from "../../lib/identifier";
import { exact } from "../../lib/time";
import { reasonOf, titleOf } from "../order/timeline";

/** An event as it was recorded, what led to it, and what else its command did. */
export function EventDetails({ id }: { id: string }) {
  const reading = useQuery(entry(entryOf(id)));
  return (
    <Reading of={reading}>
      {({ events }) => {
        const event = events.find((each) => each.id === id);
        return event ? <Details event={event} all={events} /> : <Empty title={`There is no event ${id}`} />;
      }}
    </Reading>
  );
}

function Details({ event, all }: { event: CloudEvent; all: readonly CloudEvent[] }) {
  const { actor, causationid, correlationid, data, idempotencykey, subject, time, traceparent } = event;
  return (
    <Stack>
      <Text fw={600}>{titleOf([event])}</Text>
      {reasonOf(event) && <Text>“{reasonOf(event)}”</Text>}
      <SimpleGrid cols={2} component="dl" m={0}>
        <Fact name="When">{exact(new Date(time))}</Fact>
        <Fact name="Who">
          <Link to="/administration/audit" search={{ actor }}>
            {actor}
          </Link>
        </Fact>
        <Fact name="To what">
          <Subject of={subject} />
        </Fact>
        <Fact name="Belongs to">
          {correlationid ? (
            <Link to="/administration/audit" search={{ subject: correlationid }}>
              everything of {correlationid}
            </Link>
          ) : (
            "–"
          )}
        </Fact>
        <Fact name="Led to by">
          {causationid.startsWith("EF-") ? (
            <Link to="/administration/audit" search={{ subject: `effect ${causationid}` }}>
              {causationid}
            </Link>
          ) : (
            causationid
          )}
        </Fact>
        <Fact name="Idempotency key">{idempotencykey ?? "–"}</Fact>
        <Fact name="Type">
          <code>{event.type}</code>
        </Fact>
        {traceparent && (
          <Fact name="Trace">
            <code style={{ overflowWrap: "anywhere" }}>{traceparent}</code>
          </Fact>
        )}
      </SimpleGrid>
      <Title order={2}>What was recorded</Title>
      <pre className="document" tabIndex={0} role="region" aria-label="What was recorded">
        {JSON.stringify(data, null, 2)}
      </pre>
      <Title order={2}>{all.length === 1 ? "Nothing else came of it" : `All ${all.length} that came of it`}</Title>
      {all.length > 1 && (
        <Table>
          <Table.Tbody>
            {all.map((each) => (
              <Table.Tr key={each.id} aria-current={each.id === event.id ? "true" : undefined}>
                <Table.Td>
                  <Link from="/administration/audit" search={(before) => ({ ...before, open: each.id })}>
                    {each.id}
                  </Link>
                </Table.Td>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{titleOf([each])}</Table.Td>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{each.subject}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

/** The page of what an event happened to, and everything else that happened to it. */
function Subject({ of }: { of: string }) {
  const place = placeOf(of.split(" ").at(-1) ?? "");
  return (
    <Group gap="xs">
      {place ? <Link {...place}>{of}</Link> : of}
      <Link to="/administration/audit" search={{ subject: of }}>
        its trail
      </Link>
    </Group>
  );
}
