import { Button } from "@mantine/core";
import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { backorderedOrders } from "../../api/queries";
import type { Order } from "../../api/types";
import { Status } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { GuardedButton } from "../../components/GuardedButton";
import { List } from "../../components/List";
import { Customer, Description } from "../../components/Named";
import { Panel } from "../../components/Page";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { day } from "../../lib/time";
import { useMe } from "../../shell/useSession";
import { mayNotPromise } from "./change";

const Repromise = lazy(() => import("./Repromise"));
const route = getRouteApi("/availability");

/** A line of an order of which units wait for supply. */
interface Waiting {
  readonly order: Order;
  readonly line: Order["lines"][number];
}

const COLUMNS: readonly Column<Waiting>[] = [
  {
    id: "item",
    header: "Item",
    width: 220,
    cell: ({ line }) => (
      <>
        <Link to="/availability" search={{ item: line.item }}>
          {line.item}
        </Link>{" "}
        <Description of={line.item} />
      </>
    ),
    by: ({ line }) => line.item,
  },
  {
    id: "order",
    header: "Order",
    width: 110,
    cell: ({ order, line }) => (
      <>
        <Link to="/orders/$order" params={{ order: order.id }}>
          {order.id}
        </Link>{" "}
        <span className="muted">line {line.line}</span>
      </>
    ),
    by: ({ order }) => order.received_at,
    grow: true,
  },
  {
    id: "account",
    header: "Customer",
    width: 190,
    cell: ({ order }) => <Customer of={order.account} />,
    by: ({ order }) => order.account,
  },
  {
    id: "status",
    header: "Status",
    width: 150,
    cell: ({ order }) => <Status of={order.status} />,
    by: ({ order }) => order.status,
  },
  {
    id: "waiting",
    header: "Waiting",
    width: 90,
    end: true,
    cell: ({ line }) => <span className="soon">{line.backordered.toLocaleString("en")}</span>,
    by: ({ line }) => line.backordered,
  },
  {
    id: "ordered",
    header: "Ordered",
    width: 90,
    end: true,
    cell: ({ line }) => line.ordered.toLocaleString("en"),
    by: ({ line }) => line.ordered,
  },
  {
    id: "since",
    header: "Received",
    width: 120,
    cell: ({ order }) => <When at={order.received_at} />,
    by: ({ order }) => order.received_at,
  },
  {
    id: "requested",
    header: "Wanted for",
    width: 110,
    cell: ({ order }) => (order.requested ? day(order.requested) : <span className="muted">–</span>),
    by: ({ order }) => order.requested ?? "",
  },
  {
    id: "promise",
    header: "Promised for",
    width: 120,
    cell: ({ order, line }) => <Promised requested={order.requested} promise={line.promise} />,
    by: ({ line }) => line.promise ?? "9999",
  },
];

function Promised({
  requested,
  promise,
}: {
  requested?: string | null | undefined;
  promise?: string | null | undefined;
}) {
  if (!promise) return <span className="late">no date</span>;
  return <span className={requested && promise > requested ? "soon" : ""}>{day(promise)}</span>;
}

const CSV: readonly CsvColumn<Waiting>[] = [
  { header: "item", value: ({ line }) => line.item },
  { header: "order", value: ({ order }) => order.id },
  { header: "line", value: ({ line }) => line.line },
  { header: "account", value: ({ order }) => order.account },
  { header: "status", value: ({ order }) => order.status },
  { header: "backordered", value: ({ line }) => line.backordered },
  { header: "ordered", value: ({ line }) => line.ordered },
  { header: "received_at", value: ({ order }) => order.received_at },
  { header: "requested", value: ({ order }) => order.requested },
  { header: "promise", value: ({ line }) => line.promise },
];

/** Of each page of orders the lines of which units wait. */
function linesThatWait({ pages, pageParams }: InfiniteData<{ items: Order[] }>): InfiniteData<{ items: Waiting[] }> {
  const waiting = (order: Order): Waiting[] =>
    order.lines.filter(({ backordered }) => backordered > 0).map((line) => ({ order, line }));
  return { pages: pages.map(({ items }) => ({ items: items.flatMap(waiting) })), pageParams };
}

/** Every line of which units wait for supply: whose, since when, and when it is to come. */
export function Backorders({ item }: { item: string | undefined }) {
  const { sort = "since" } = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const reading = useInfiniteQuery({ ...backorderedOrders, select: linesThatWait });
  const [promising, setPromising] = useState<string>();
  const columns = useMemo(
    (): readonly Column<Waiting>[] => [
      ...COLUMNS,
      {
        id: "repromise",
        header: "",
        width: 150,
        cell: ({ line }) => (
          <GuardedButton
            why={me && mayNotPromise(me)}
            size="compact-xs"
            variant="default"
            onClick={() => setPromising(line.item)}
          >
            Promise anew …
          </GuardedButton>
        ),
      },
    ],
    [me],
  );
  return (
    <Panel>
      <List
        noun="backorder"
        reading={reading}
        only={item === undefined ? undefined : ({ line }) => line.item === item}
        columns={columns}
        csv={CSV}
        idOf={({ order, line }) => `${order.id} ${line.line}`}
        current={undefined}
        onOpen={({ order }) => void navigate({ to: "/orders/$order", params: { order: order.id } })}
        sort={sort}
        onSort={(next) => void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })}
        none={
          item === undefined ? (
            "Nobody waits for supply."
          ) : (
            <Button
              size="xs"
              variant="default"
              onClick={() => void navigate({ search: (before) => ({ ...before, item: undefined }) })}
            >
              Look at all items
            </Button>
          )
        }
        height={item ? "40vh" : "calc(100vh - 290px)"}
      />
      <Suspense>
        {promising !== undefined && <Repromise item={promising} onClose={() => setPromising(undefined)} />}
      </Suspense>
    </Panel>
  );
}
