import { SegmentedControl, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { confirmation, stock } from "../../api/queries";
import type { Backorders } from "../../api/types";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Customer } from "../../components/Named";
import { Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { useRows } from "../../components/useRows";
import type { CsvColumn } from "../../lib/csv";
import { useMe } from "../../shell/useSession";
import { mayNotPromise } from "./change";
import { runOf } from "./repromise";

type Holder = Backorders["lines"][number];

const COLUMNS: readonly Column<Holder>[] = [
  {
    id: "order",
    header: "Order",
    width: 150,
    grow: true,
    cell: ({ order, line }) => (
      <>
        <Link to="/orders/$order" params={{ order }}>
          {order}
        </Link>{" "}
        <span className="muted">line {line}</span>
      </>
    ),
    by: ({ order }) => order,
  },
  {
    id: "account",
    header: "Customer",
    width: 190,
    cell: ({ account }) => <Customer of={account} />,
    by: ({ account }) => account,
  },
  { id: "wanted", header: "Wants", width: 100, end: true, cell: ({ wanted }) => wanted, by: ({ wanted }) => wanted },
  {
    id: "before",
    header: "Has reserved",
    width: 120,
    end: true,
    cell: ({ before }) => before,
    by: ({ before }) => before,
  },
  {
    id: "missing",
    header: "Waits for",
    width: 100,
    end: true,
    cell: ({ wanted, before }) => <span className={wanted > before ? "soon" : "muted"}>{wanted - before}</span>,
    by: ({ wanted, before }) => wanted - before,
  },
];

const CSV: readonly CsvColumn<Holder>[] = [
  { header: "order", value: ({ order }) => order },
  { header: "line", value: ({ line }) => line },
  { header: "account", value: ({ account }) => account },
  { header: "wanted", value: ({ wanted }) => wanted },
  { header: "reserved", value: ({ before }) => before },
];

/** Whose the reserved units of an item are, in the order of service; with them those who wait. */
export function Holders({ item }: { item: string }) {
  const me = useMe();
  const why = me && mayNotPromise(me);
  const navigate = useNavigate();
  const { rows: nodes } = useRows(useInfiniteQuery(stock({ item })));
  const [chosen, setChosen] = useState<string>();
  const [sort, setSort] = useState<string>();
  const node = chosen ?? nodes?.toSorted((a, b) => b.soft - a.soft)[0]?.node ?? "";
  const reading = useQuery({
    ...confirmation(runOf(item, node, "improve", "")),
    enabled: node !== "" && me !== undefined && why === undefined,
  });
  return (
    <Panel id="holders" title="Who has reserved it">
      {why ? (
        <Text size="sm" px="md" pb="md" className="muted">
          {why}
        </Text>
      ) : (
        <Reading of={reading} rows={3}>
          {({ lines }) => (
            <Rows
              noun="line"
              rows={lines}
              columns={COLUMNS}
              csv={CSV}
              idOf={({ order, line }) => `${order} ${line}`}
              current={undefined}
              onOpen={({ order }) => void navigate({ to: "/orders/$order", params: { order } })}
              sort={sort}
              onSort={setSort}
              none="No order has units of it reserved there, and none waits for them."
              height="36vh"
              tools={
                <SegmentedControl
                  aria-label="Reserved at"
                  size="xs"
                  value={node}
                  onChange={setChosen}
                  data={(nodes ?? []).map((each) => ({ value: each.node, label: `${each.node} (${each.soft})` }))}
                />
              }
            />
          )}
        </Reading>
      )}
    </Panel>
  );
}
