import { Group, SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { passages as passagesOf, processVersion } from "../../api/queries";
import type { Passages as Found, Passage } from "../../api/types";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Panel } from "../../components/Page";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import { elementsOf } from "../../diagram/elements";
import { ProcessDiagram } from "../../diagram/ProcessDiagram";
import type { CsvColumn } from "../../lib/csv";
import { span } from "../../lib/time";
import { count } from "../../lib/words";
import { heatOf, MEASURES, type Measure, stillThere } from "./heat";

const NAMES: Readonly<Record<Measure, string>> = { often: "How often", long: "How long", stuck: "Stuck" };

interface Props {
  readonly process: string;
  readonly version: number;
}

/** What instances went through lately: the diagram with its heat, and the same as a table. */
export function Passages({ process, version }: Props) {
  const reading = useQuery(passagesOf(process, version));
  return (
    <Reading of={reading} rows={8}>
      {(found) =>
        found.elements.length === 0 ? (
          <Panel>
            <div style={{ padding: 12 }}>
              <ProcessDiagram process={process} version={version} tokens={NONE} />
            </div>
            <Empty title="Nothing went through it lately">
              {count(found.entries, "journal entry", "journal entries")} were looked through, and in none of them an
              instance of this version began.
            </Empty>
          </Panel>
        ) : (
          <Warm process={process} version={version} found={found} />
        )
      }
    </Reading>
  );
}

function Warm({ process, version, found }: Props & { readonly found: Found }) {
  const [measure, setMeasure] = useState<Measure>("often");
  const [sort, setSort] = useState<string | undefined>("-entered");
  const [element, setElement] = useState<string>();
  const xml = useQuery(processVersion(process, version)).data?.xml;
  const names = useMemo(() => new Map(elementsOf(xml ?? "").map(({ id, name }) => [id, name])), [xml]);
  const heat = useMemo(() => heatOf(found.elements, measure), [found, measure]);
  const columns = useMemo(() => columnsOf(names), [names]);
  return (
    <>
      <Panel>
        <div style={{ padding: 12 }}>
          <Group justify="space-between" mb="sm">
            <Text size="sm">
              {count(found.instances, "instance")} began since <When at={found.since} />, in the newest{" "}
              {count(found.entries, "journal entry", "journal entries")}. This is what they went through.
            </Text>
            <SegmentedControl
              size="xs"
              aria-label="What the colour tells"
              value={measure}
              onChange={(value) => setMeasure(MEASURES.find((each) => each === value) ?? "often")}
              data={MEASURES.map((value) => ({ value, label: NAMES[value] }))}
            />
          </Group>
          <ProcessDiagram process={process} version={version} tokens={NONE} heat={heat} onElement={setElement} />
        </div>
      </Panel>
      <Panel id="elements" title="Element by element">
        <Rows
          noun="element"
          rows={found.elements}
          columns={columns}
          csv={CSV}
          idOf={(row) => row.element}
          current={element}
          onOpen={(row) => setElement(row.element)}
          sort={sort}
          onSort={setSort}
          none=""
          height="44vh"
        />
      </Panel>
    </>
  );
}
const NONE = [] as const;

const number = (
  id: keyof Passage & ("entered" | "completed" | "terminated" | "incidents"),
  header: string,
  width: number,
): Column<Passage> => ({
  id,
  header,
  width,
  end: true,
  cell: (row) => row[id].toLocaleString("en"),
  by: (row) => row[id],
});

const time = (id: "median_ms" | "longest_ms", header: string): Column<Passage> => ({
  id,
  header,
  width: 110,
  end: true,
  cell: (row) => (typeof row[id] === "number" ? span(row[id]) : "–"),
  by: (row) => row[id] ?? -1,
});

const columnsOf = (names: ReadonlyMap<string, string>): readonly Column<Passage>[] => [
  {
    id: "element",
    header: "Element",
    width: 220,
    grow: true,
    cell: ({ element }) => names.get(element) ?? element,
    by: ({ element }) => names.get(element) ?? element,
  },
  number("entered", "Came to it", 100),
  number("completed", "Done", 90),
  number("terminated", "Ended otherwise", 130),
  { id: "there", header: "Still there", width: 96, end: true, cell: stillThere, by: stillThere },
  number("incidents", "Stuck", 80),
  time("median_ms", "Median time"),
  time("longest_ms", "Longest"),
];

const CSV: readonly CsvColumn<Passage>[] = [
  { header: "element", value: ({ element }) => element },
  { header: "entered", value: ({ entered }) => entered },
  { header: "completed", value: ({ completed }) => completed },
  { header: "terminated", value: ({ terminated }) => terminated },
  { header: "still_there", value: stillThere },
  { header: "incidents", value: ({ incidents }) => incidents },
  { header: "median_ms", value: ({ median_ms }) => median_ms },
  { header: "longest_ms", value: ({ longest_ms }) => longest_ms },
];
