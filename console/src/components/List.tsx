import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { tell } from "../api/problem";
import { type CsvColumn, download, toCsv } from "../lib/csv";
import { readSorting, writeSorting } from "../lib/sorting";
import { count } from "../lib/words";
import { type Column, Grid } from "./Grid";
import { Empty, Failure, Loading } from "./states";
import { useRows, useScreenful } from "./useRows";

interface RowsProps<T> {
  /** What one row is, as a noun. */
  readonly noun: string;
  /** Several of them, unless it is the noun with an s. */
  readonly plural?: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly csv: readonly CsvColumn<T>[];
  readonly idOf: (row: T) => string;
  readonly current: string | undefined;
  readonly onOpen: (row: T) => void;
  readonly sort: string | undefined;
  readonly onSort: (sort: string | undefined) => void;
  /** Told when there is no row. */
  readonly none: ReactNode;
  /** How many there are in all, where more are there than were read. */
  readonly of?: string | undefined;
  /** Told beside the number of rows. */
  readonly aside?: ReactNode;
  /** Between the number of rows and their export. */
  readonly tools?: ReactNode;
  readonly onEnd?: () => void;
  /** Reads what was not read yet, for the export. */
  readonly all?: () => Promise<readonly T[]>;
  readonly height?: string;
}

interface CsvProps<T> {
  /** What the rows are, as a file is named. */
  readonly name: string;
  readonly rows: readonly T[];
  readonly columns: readonly CsvColumn<T>[];
  /** Reads what was not read yet. */
  readonly all?: (() => Promise<readonly T[]>) | undefined;
}

/** Gives the rows of a list to the reader as a file: all of them, also those that were not scrolled to. */
export function CsvButton<T>({ name, rows, columns, all }: CsvProps<T>) {
  const [isReading, setReading] = useState(false);
  async function save(): Promise<void> {
    setReading(true);
    try {
      download(`${name.replaceAll(" ", "-")}.csv`, toCsv(all ? await all() : rows, columns));
    } catch (error) {
      // part of a list looks like all of it
      notifications.show({
        title: "No file: the list could not be read to its end",
        message: tell(error).detail,
        color: "red",
      });
    } finally {
      setReading(false);
    }
  }
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconDownload size={15} />}
      disabled={rows.length === 0}
      loading={isReading}
      onClick={() => void save()}
    >
      CSV
    </Button>
  );
}

/** Rows with their number and their export. */
export function Rows<T extends object>(props: RowsProps<T>) {
  const { noun, plural = `${noun}s`, rows, columns, csv, idOf, none, sort, height = "calc(100vh - 245px)" } = props;
  return (
    <>
      <Group px="md" py="xs" justify="space-between" style={{ borderBottom: "1px solid var(--cd-line)" }}>
        <Text size="sm" role="status">
          {props.of ? `${rows.length.toLocaleString("en")} of ${props.of} ${plural}` : count(rows.length, noun, plural)}{" "}
          shown
          {props.aside}
        </Text>
        <Group gap="xs">
          {props.tools}
          <CsvButton name={plural} rows={rows} columns={csv} all={props.all} />
        </Group>
      </Group>
      {rows.length === 0 ? (
        <Empty title={`No ${plural} to show`}>{none}</Empty>
      ) : (
        <Grid
          label={plural}
          rows={rows}
          columns={columns}
          idOf={idOf}
          height={height}
          current={props.current}
          onOpen={props.onOpen}
          sorting={readSorting(sort)}
          onSort={(next) => props.onSort(writeSorting(next))}
          {...(props.onEnd ? { onEnd: props.onEnd } : {})}
        />
      )}
    </>
  );
}

export type Total = { readonly count: number; readonly is_capped: boolean };

export interface ListProps<T> extends Omit<RowsProps<T>, "rows" | "of" | "aside" | "onEnd" | "all"> {
  readonly reading: UseInfiniteQueryResult<InfiniteData<{ items: T[]; total?: Total | null }>>;
  readonly only?: ((row: T) => boolean) | undefined;
}

/** A long list: as many rows as were scrolled to; of a filtered one, as many as fill the screen, if there are so many. */
export function List<T extends object>({ reading, only, ...rest }: ListProps<T>) {
  const { rows, more, readAll } = useRows(reading);
  const shown = rows && only ? rows.filter(only) : rows;
  useScreenful(shown?.length, reading, more);
  if (!shown)
    return reading.isError ? (
      <Failure error={reading.error} again={() => void reading.refetch()} />
    ) : (
      <Loading rows={12} />
    );
  return (
    <Rows
      {...rest}
      rows={shown}
      of={only || !reading.hasNextPage ? undefined : inAll(reading.data?.pages[0]?.total)}
      onEnd={more}
      all={async () => (only ? (await readAll()).filter(only) : readAll())}
      aside={reading.hasNextPage && <span className="muted"> · more follow as you scroll</span>}
    />
  );
}

/** “1,234”, or “more than 1,000” where the product ends counting there. */
export function inAll(total: Total | null | undefined): string | undefined {
  if (!total) return undefined;
  return `${total.is_capped ? "more than " : ""}${total.count.toLocaleString("en")}`;
}
