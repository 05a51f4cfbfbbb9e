import { Group, Stack, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { orders, progress } from "../../api/queries";
import { Amount, Amounts } from "../../components/Amount";
import { Customer } from "../../components/Named";
import { Failure, Loading } from "../../components/states";
import { When } from "../../components/When";
import { sums } from "../../lib/money";
import { inWords, words } from "../../lib/words";
import { matches, ON_THE_WAY, type OrderRow, rowOf } from "./row";

interface Props {
  readonly account: string | undefined;
  readonly channel: string | undefined;
  readonly typed: string | undefined;
}

/** Orders on their way, a column for each status. Each column has the newest; its number counts all. */
export function Board({ account, channel, typed }: Props) {
  const counts = useQuery(progress).data?.orders;
  return (
    <div className="board" tabIndex={0} role="region" aria-label="Board of orders by status">
      {ON_THE_WAY.map((status) => (
        <Lane
          key={status}
          status={status}
          account={account}
          channel={channel}
          typed={typed}
          total={account || channel || typed ? undefined : Number(counts?.[status] ?? 0)}
        />
      ))}
    </div>
  );
}

function Lane({ status, account, channel, typed, total }: Props & { status: string; total: number | undefined }) {
  const reading = useInfiniteQuery({
    ...orders({ status, ...(account ? { account } : {}), ...(channel ? { channel } : {}) }),
    enabled: total !== 0,
  });
  const rows = (reading.data?.pages.flatMap(({ items }) => items.map(rowOf)) ?? []).filter((row) =>
    matches(row, typed),
  );
  return (
    <section className={`panel${rows.length === 0 ? " none" : ""}`} aria-label={words(status)}>
      <Group justify="space-between" wrap="nowrap" px="sm" py={8} style={{ borderBottom: "1px solid var(--cd-line)" }}>
        <Title order={2} fz="sm">
          {words(status)}
        </Title>
        <Link
          from="/orders"
          search={(before) => ({ ...before, view: undefined, status })}
          className="tabular"
          aria-label={`${total ?? rows.length} ${words(status)}, as a table`}
        >
          {total ?? rows.length}
        </Link>
      </Group>
      <Stack gap={8} p={8} className="board-column">
        {rows.length > 0 && (
          <Text size="xs" className="muted">
            <Amounts of={sums(rows.map(({ net }) => net))} />
            {reading.hasNextPage && " in the newest"}
          </Text>
        )}
        {reading.isLoading && <Loading rows={3} />}
        {reading.isError && <Failure error={reading.error} again={() => void reading.refetch()} />}
        {rows.length === 0 && !reading.isLoading && !reading.isError && (
          <Text size="sm" className="muted" ta="center" py="md">
            None
          </Text>
        )}
        {rows.slice(0, 60).map((row) => (
          <Card key={row.id} row={row} />
        ))}
      </Stack>
    </section>
  );
}

function Card({ row }: { row: OrderRow }) {
  return (
    <Link to="/orders/$order" params={{ order: row.id }} className="card-link">
      <Group justify="space-between" wrap="nowrap">
        <Text fw={600} size="sm">
          {row.id}
        </Text>
        <Text size="sm">
          <Amount of={row.net} />
        </Text>
      </Group>
      <Text size="xs" className="muted">
        <Customer of={row.account} /> · <When at={row.receivedAt} />
      </Text>
      {row.holds.length > 0 && (
        <Text size="xs" className="late">
          {row.holds.map(inWords).join(", ")}
        </Text>
      )}
    </Link>
  );
}
