import { SegmentedControl, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { orderWaiting } from "../../api/queries";
import type { Waiting } from "../../api/types";
import { Heads } from "../../components/Heads";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import { ProcessDiagram } from "../../diagram/ProcessDiagram";
import { unfold } from "../../diagram/waiting";
import { words } from "../../lib/words";

const route = getRouteApi("/orders/$order");

/** The process of an order as a diagram with its tokens, and its steps as a table. */
export function ProcessTab({ order }: { order: string }) {
  const reading = useQuery(orderWaiting(order));
  const { instance: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Reading of={reading}>
      {({ instances }) => {
        const all = unfold(instances);
        const shown = all.find(({ instance }) => instance === wanted) ?? all[0];
        if (!shown) return <Empty title="No process runs any more">The way that it went is in the timeline.</Empty>;
        return (
          <div style={{ padding: 12 }}>
            {all.length > 1 && (
              <SegmentedControl
                size="xs"
                mb="xs"
                aria-label="Process instance"
                value={shown.instance}
                onChange={(instance) => void navigate({ search: (before) => ({ ...before, instance }), replace: true })}
                data={all.map(({ instance, process }) => ({ value: instance, label: words(process) }))}
              />
            )}
            <ProcessDiagram process={shown.process} version={shown.version} waiting={shown.waiting} />
            <Steps of={shown} />
          </div>
        );
      }}
    </Reading>
  );
}

/** The same as a table, for those who cannot use the diagram. */
export function Steps({ of }: { of: Waiting }) {
  return (
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
  );
}
