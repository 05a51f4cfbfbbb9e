import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { endedInstances } from "../../api/queries";
import type { Ended } from "../../api/types";
import { Status } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { span } from "../../lib/time";
import { count } from "../../lib/words";
import { BusinessKey } from "./BusinessKey";

interface Props {
  readonly process: string;
  readonly version: number;
  readonly sort: string | undefined;
  readonly onSort: (sort: string | undefined) => void;
}

/** How far back is looked, in entries of the journal. */
const ENTRIES = 20_000;

/** The instances of a version that have ended lately, the last one first. */
export function EndedInstances({ process, version, sort, onSort }: Props) {
  const reading = useQuery(endedInstances({ process, version, entries: ENTRIES }));
  const navigate = useNavigate();
  return (
    <Panel id="ended" title="Ended instances">
      <Reading of={reading} rows={8}>
        {({ items, entries, since }) => (
          <>
            <Rows
              noun="ended instance"
              rows={items}
              columns={COLUMNS}
              csv={CSV}
              idOf={({ id }) => id}
              current={undefined}
              onOpen={({ id }) => void navigate({ to: "/processes/instances/$instance", params: { instance: id } })}
              sort={sort}
              onSort={onSort}
              none="None of this version ended in what was looked through."
              height="60vh"
            />
            <Text size="xs" className="muted" px="md" py="xs">
              Those that ended in the newest {count(entries, "journal entry", "journal entries")}, since{" "}
              <When at={since} />. Older ones are with their orders.
            </Text>
          </>
        )}
      </Reading>
    </Panel>
  );
}

const took = ({ began_at, ended_at }: Ended): number | undefined =>
  began_at ? Date.parse(ended_at) - Date.parse(began_at) : undefined;

const COLUMNS: readonly Column<Ended>[] = [
  {
    id: "id",
    header: "Instance",
    width: 130,
    cell: ({ id }) => (
      <Link to="/processes/instances/$instance" params={{ instance: id }}>
        {id}
      </Link>
    ),
    by: ({ id }) => id,
  },
  { id: "end", header: "End", width: 120, cell: ({ end }) => <Status of={end} />, by: ({ end }) => end },
  {
    id: "for",
    header: "For",
    width: 160,
    grow: true,
    cell: ({ business_key }) => <BusinessKey of={business_key} tab="process" />,
    by: ({ business_key }) => business_key ?? "",
  },
  {
    id: "began",
    header: "Began",
    width: 130,
    cell: ({ began_at }) => <When at={began_at} />,
    by: ({ began_at }) => began_at ?? "",
  },
  {
    id: "ended",
    header: "Ended",
    width: 130,
    cell: ({ ended_at }) => <When at={ended_at} />,
    by: ({ ended_at }) => ended_at,
  },
  {
    id: "took",
    header: "Took",
    width: 110,
    end: true,
    cell: (row) => {
      const time = took(row);
      return time === undefined ? "–" : span(time);
    },
    by: (row) => took(row) ?? -1,
  },
];

const CSV: readonly CsvColumn<Ended>[] = [
  { header: "instance", value: ({ id }) => id },
  { header: "process", value: ({ process }) => process },
  { header: "version", value: ({ version }) => version },
  { header: "end", value: ({ end }) => end },
  { header: "for", value: ({ business_key }) => business_key },
  { header: "began", value: ({ began_at }) => began_at },
  { header: "ended", value: ({ ended_at }) => ended_at },
];
