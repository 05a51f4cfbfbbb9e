import { Button, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { CloudEvent } from "../../api/types";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";

/** Events of the audit trail as CSV. */
export const TRAIL_CSV: readonly CsvColumn<CloudEvent>[] = [
  { header: "id", value: ({ id }) => id },
  { header: "time", value: ({ time }) => time },
  { header: "actor", value: ({ actor }) => actor },
  { header: "type", value: ({ type }) => type },
  { header: "subject", value: ({ subject }) => subject },
  { header: "data", value: ({ data }) => JSON.stringify(data) },
];

interface Props {
  readonly events: readonly CloudEvent[];
  /** What leads to an event. */
  readonly nameOf: (event: CloudEvent) => string;
  readonly reading: {
    readonly isFetching: boolean;
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
}

/** Who changed what, the last one first, with a way further back. */
export function Trail({ events, nameOf, reading }: Props) {
  return (
    <Stack gap={4}>
      {events.map((event) => (
        <Text key={event.id} size="sm">
          <When at={event.time} /> <b>{event.actor}</b>:{" "}
          <Link to="/administration/audit" search={{ open: event.id }}>
            {nameOf(event)}
          </Link>
        </Text>
      ))}
      {events.length === 0 && (
        <Text size="sm" className="muted">
          {reading.isFetching ? "The journal is searched …" : "Nothing in what was searched."}
        </Text>
      )}
      {reading.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          w={180}
          loading={reading.isFetchingNextPage}
          onClick={() => void reading.fetchNextPage()}
        >
          Search further back
        </Button>
      )}
    </Stack>
  );
}
