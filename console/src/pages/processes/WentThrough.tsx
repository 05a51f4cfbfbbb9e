import { Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { history, processVersion } from "../../api/queries";
import type { History } from "../../api/types";
import { Heads } from "../../components/Heads";
import { CsvButton } from "../../components/List";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import { elementsOf } from "../../diagram/elements";
import { ProcessDiagram } from "../../diagram/ProcessDiagram";
import type { CsvColumn } from "../../lib/csv";
import { span } from "../../lib/time";
import { heatOf } from "./heat";

type Passage = History["elements"][number];

const NONE = [] as const;

const CSV: readonly CsvColumn<Passage>[] = [
  { header: "element", value: ({ element }) => element },
  { header: "entered", value: ({ entered }) => entered },
  { header: "completed", value: ({ completed }) => completed },
  { header: "terminated", value: ({ terminated }) => terminated },
  { header: "incidents", value: ({ incidents }) => incidents },
  { header: "longest_ms", value: ({ longest_ms }) => longest_ms },
];

/** What one instance went through: its diagram, and the same as a table. Also after it has ended. */
export function WentThrough({ instance }: { instance: string }) {
  const reading = useQuery(history(instance));
  return (
    <Reading of={reading} rows={8}>
      {(found) => <Way of={found} />}
    </Reading>
  );
}

function Way({ of }: { of: History }) {
  const xml = useQuery(processVersion(of.process, of.version)).data?.xml;
  const names = useMemo(() => new Map(elementsOf(xml ?? "").map(({ id, name }) => [id, name])), [xml]);
  const heat = useMemo(() => heatOf(of.elements, "often"), [of]);
  return (
    <>
      <Text size="sm" mb="xs" role="status">
        {of.end ? (
          <>
            It ended <When at={of.ended_at} />: {of.end}. This is what it went through.
          </>
        ) : (
          "This is what it went through so far."
        )}
        {!of.is_complete && " It went on for longer than is looked through here: the rest is in the timeline."}
      </Text>
      <ProcessDiagram process={of.process} version={of.version} tokens={NONE} heat={heat} />
      <Table.ScrollContainer minWidth={560}>
        <Table mt="sm" aria-label={`What ${of.id} went through`}>
          <Heads
            of={["Step", { num: "Came to it" }, { num: "Done" }, { num: "Ended otherwise" }, { num: "Longest" }]}
          />
          <Table.Tbody>
            {of.elements.map((passage) => (
              <Table.Tr key={passage.element}>
                <Table.Td>{names.get(passage.element) ?? passage.element}</Table.Td>
                <Table.Td className="num">{passage.entered}</Table.Td>
                <Table.Td className="num">{passage.completed}</Table.Td>
                <Table.Td className="num">{passage.terminated}</Table.Td>
                <Table.Td className="num">
                  {typeof passage.longest_ms === "number" ? span(passage.longest_ms) : "–"}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <CsvButton name={`way of ${of.id}`} rows={of.elements} columns={CSV} />
    </>
  );
}
