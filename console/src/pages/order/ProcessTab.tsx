import { Group, SegmentedControl, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { instancesOf, orderWaiting } from "../../api/queries";
import type { Wait, Waiting } from "../../api/types";
import { Heads } from "../../components/Heads";
import { CsvButton } from "../../components/List";
import { Empty, Loading, Reading } from "../../components/states";
import { When } from "../../components/When";
import { ProcessDiagram } from "../../diagram/ProcessDiagram";
import { unfold } from "../../diagram/waiting";
import type { CsvColumn } from "../../lib/csv";
import { words } from "../../lib/words";
import { WentThrough } from "../processes/WentThrough";
import { ways } from "./ways";

const route = getRouteApi("/orders/$order");

/** The processes of an order: those that run with their tokens, and what those went through that have ended. */
export function ProcessTab({ order }: { order: string }) {
  const reading = useQuery(orderWaiting(order));
  const begun = useQuery(instancesOf(order)).data?.instances;
  const { instance: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Reading of={reading}>
      {({ instances }) => {
        const running = unfold(instances);
        const choices = ways(running, begun ?? []);
        const chosen = choices.find(({ id }) => id === wanted) ?? choices[0];
        if (!chosen)
          return begun ? (
            <Empty title="No process has begun for it">What happened to it is in the timeline.</Empty>
          ) : (
            <Loading rows={8} />
          );
        const shown = running.find(({ instance }) => instance === chosen.id);
        return (
          <div style={{ padding: 12 }}>
            {choices.length > 1 && (
              <SegmentedControl
                size="xs"
                mb="xs"
                aria-label="Process instance"
                value={chosen.id}
                onChange={(instance) => void navigate({ search: (before) => ({ ...before, instance }), replace: true })}
                data={choices.map(({ id, process, isOver }) => ({
                  value: id,
                  label: `${words(process)}${isOver ? " (ended)" : ""}`,
                }))}
              />
            )}
            <Text size="sm" mb="xs">
              <Link to="/processes/instances/$instance" params={{ instance: chosen.id }}>
                {chosen.id}
              </Link>
            </Text>
            {shown ? (
              <>
                <ProcessDiagram process={shown.process} version={shown.version} waiting={shown.waiting} />
                <Steps of={shown} />
              </>
            ) : (
              <WentThrough instance={chosen.id} />
            )}
          </div>
        );
      }}
    </Reading>
  );
}

/** The same as a table, for those who cannot use the diagram. */
export function Steps({ of }: { of: Waiting }) {
  return (
    <>
      <Group justify="end" mt="sm">
        <CsvButton name={`steps of ${of.instance}`} rows={of.waiting} columns={CSV} />
      </Group>
      <Table.ScrollContainer minWidth={600}>
        <Table mt="sm" aria-label={`Steps of ${of.instance} that wait`}>
          <Heads of={["Step", "Waits for", "Since", "Until", "What releases it"]} />
          <Table.Tbody>
            {of.waiting.map((wait) => (
              <Table.Tr key={wait.key}>
                <Table.Td>{wait.name}</Table.Td>
                <Table.Td>{words(wait.waits_for)}</Table.Td>
                <Table.Td>
                  <When at={wait.since} />
                </Table.Td>
                <Table.Td>
                  <When at={wait.until} />
                </Table.Td>
                <Table.Td>
                  <Text size="sm">
                    {wait.release}
                    {wait.exception && (
                      <>
                        {": "}
                        <Link to="/exceptions" search={{ case: wait.exception.id }}>
                          {wait.exception.id}
                        </Link>
                      </>
                    )}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

const CSV: readonly CsvColumn<Wait>[] = [
  { header: "step", value: ({ name }) => name },
  { header: "element", value: ({ element }) => element },
  { header: "waits_for", value: ({ waits_for }) => waits_for },
  { header: "since", value: ({ since }) => since },
  { header: "until", value: ({ until }) => until },
  { header: "released_by", value: ({ release }) => release },
  { header: "who", value: ({ who }) => who },
  { header: "case", value: ({ exception }) => exception?.id },
];
