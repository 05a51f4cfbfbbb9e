import { Button, Group, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type CsvColumn, download, toCsv } from "../lib/csv";
import { readSorting, writeSorting } from "../lib/sorting";
import { count } from "../lib/words";
import { type Column, Grid } from "./Grid";
import { Empty, Failure, Loading } from "./states";
import { useRows } from "./useRows";

interface Props<T> {
  /** What one row is, as a noun. */
  readonly noun: string;
  readonly reading: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>;
  readonly columns: readonly Column<T>[];
  readonly csv: readonly CsvColumn<T>[];
  readonly idOf: (row: T) => string;
  readonly only?: (row: T) => boolean;
  readonly current: string | undefined;
  readonly onOpen: (row: T) => void;
  readonly sort: string | undefined;
  readonly onSort: (sort: string | undefined) => void;
  /** Told when there is no row. */
  readonly none: ReactNode;
  readonly height?: string;
}

/** A long list: as many rows as were scrolled to, their number, and their export. */
export function List<T extends object>(props: Props<T>) {
  const { noun, reading, columns, csv, idOf, only, none, sort, height = "calc(100vh - 245px)" } = props;
  const { rows: loaded, more } = useRows(reading);
  if (!loaded)
    return reading.isError ? (
      <Failure error={reading.error} again={() => void reading.refetch()} />
    ) : (
      <Loading rows={12} />
    );
  const rows = only ? loaded.filter(only) : loaded;
  return (
    <>
      <Group px="md" py="xs" justify="space-between" style={{ borderBottom: "1px solid var(--cd-line)" }}>
        <Text size="sm" role="status">
          {count(rows.length, noun)} shown
          {reading.hasNextPage && <span className="muted"> · older ones follow as you scroll</span>}
        </Text>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={15} />}
          disabled={rows.length === 0}
          onClick={() => download(`${noun.replaceAll(" ", "-")}s.csv`, toCsv(rows, csv))}
        >
          CSV
        </Button>
      </Group>
      {rows.length === 0 ? (
        <Empty title={`No ${noun} is like that`}>{none}</Empty>
      ) : (
        <Grid
          label={`${noun}s`}
          rows={rows}
          columns={columns}
          idOf={idOf}
          height={height}
          current={props.current}
          onOpen={props.onOpen}
          sorting={readSorting(sort)}
          onSort={(next) => props.onSort(writeSorting(next))}
          onEnd={more}
        />
      )}
    </>
  );
}
