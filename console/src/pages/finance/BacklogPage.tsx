import { SegmentedControl } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { openExceptions, shippedOrders, unbookedInvoices } from "../../api/queries";
import { Amount, Amounts } from "../../components/Amount";
import { Tag } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Customer } from "../../components/Named";
import { Page, Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { useRows, useScreenful } from "../../components/useRows";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { size, sums } from "../../lib/money";
import { backlogOf, type Unbilled } from "./backlog";
import { FinanceSections } from "./Sections";

const route = getRouteApi("/finance/backlog");

const COLUMNS: readonly Column<Unbilled>[] = [
  {
    id: "stage",
    header: "What is to be done",
    width: 140,
    cell: ({ stage }) => (
      <Tag tone={stage === "to bill" ? "orange" : "blue"}>{stage === "to bill" ? "Bill" : "Book"}</Tag>
    ),
    by: ({ stage }) => stage,
  },
  { id: "id", header: "Of", width: 150, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
  {
    id: "order",
    header: "Order",
    width: 96,
    cell: ({ order }) => (
      <Link to="/orders/$order" params={{ order }} search={{ tab: "documents" }}>
        {order}
      </Link>
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
  {
    id: "value",
    header: "Value",
    width: 110,
    end: true,
    cell: ({ value }) => <Amount of={value} />,
    by: ({ value }) => size(value),
  },
  { id: "since", header: "Since", width: 110, cell: ({ since }) => <When at={since} />, by: ({ since }) => since },
  {
    id: "why",
    header: "Why",
    width: 320,
    grow: true,
    cell: ({ why, exception }) =>
      exception ? (
        <>
          <Link to="/exceptions" search={{ case: exception }}>
            {exception}
          </Link>{" "}
          {why}
        </>
      ) : (
        why
      ),
    by: ({ why }) => why,
  },
];

const CSV: readonly CsvColumn<Unbilled>[] = [
  { header: "stage", value: ({ stage }) => stage },
  { header: "id", value: ({ id }) => id },
  { header: "order", value: ({ order }) => order },
  { header: "account", value: ({ account }) => account },
  { header: "currency", value: ({ value }) => value.currency },
  { header: "value", value: ({ value }) => value.amount },
  { header: "since", value: ({ since }) => since },
  { header: "why", value: ({ why }) => why },
  { header: "case", value: ({ exception }) => exception },
];

const STAGES = ["to bill", "to book"] as const;

/** What has shipped and is not invoiced, and what is invoiced and not booked: each with the reason, and the case that decides it. */
export function BacklogPage() {
  const { stage, sort = "since" } = route.useSearch();
  const navigate = route.useNavigate();
  const orders = useInfiniteQuery({ ...shippedOrders, enabled: stage !== "to book" });
  const invoices = useInfiniteQuery({ ...unbookedInvoices, enabled: stage !== "to bill" });
  const ofOrders = useRows(orders);
  const ofInvoices = useRows(invoices);
  const exceptions = useQuery(openExceptions()).data?.items;
  const rows = useMemo(
    () => backlogOf(ofOrders.rows ?? [], ofInvoices.rows ?? [], exceptions ?? []),
    [ofOrders.rows, ofInvoices.rows, exceptions],
  );
  const shown = stage ? rows.filter((row) => row.stage === stage) : rows;
  const goesOn = (stage !== "to book" && orders.hasNextPage) || (stage !== "to bill" && invoices.hasNextPage);
  const ofNext = stage === "to book" || (stage === undefined && !orders.hasNextPage) ? ofInvoices : ofOrders;
  useScreenful(shown.length, ofNext === ofOrders ? orders : invoices, ofNext.more);
  async function all(): Promise<readonly Unbilled[]> {
    const [billing, booking] = await Promise.all([
      stage === "to book" ? [] : ofOrders.readAll(),
      stage === "to bill" ? [] : ofInvoices.readAll(),
    ]);
    return backlogOf(billing, booking, exceptions ?? []);
  }
  const list = (
    <Rows
      noun="item"
      rows={shown}
      columns={COLUMNS}
      csv={CSV}
      idOf={({ stage: of, id }) => `${of} ${id}`}
      current={undefined}
      onOpen={({ exception, order }) =>
        void (exception
          ? navigate({ to: "/exceptions", search: { case: exception } })
          : navigate({ to: "/orders/$order", params: { order }, search: { tab: "documents" } }))
      }
      sort={sort}
      onSort={(next) => void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })}
      none="What has shipped is billed, and what was billed is in the ERP."
      height="calc(100vh - 290px)"
      onEnd={ofNext.more}
      all={all}
      aside={
        shown.length > 0 && (
          <span className="muted">
            {" · "}
            <Amounts of={sums(shown.map(({ value }) => value))} />
            {goesOn && " so far; more follow as you scroll"}
          </span>
        )
      }
    />
  );
  return (
    <Page title="Invoice backlog" actions={<FinanceSections />}>
      <SegmentedControl
        aria-label="What is shown"
        value={stage ?? "all"}
        onChange={(value) =>
          void navigate({
            search: (before) => ({ ...before, stage: STAGES.find((each) => each === value) }),
            replace: true,
          })
        }
        data={[
          { value: "all", label: "All" },
          { value: "to bill", label: "Shipped, not billed" },
          { value: "to book", label: "Billed, not in the ERP" },
        ]}
        style={{ alignSelf: "start" }}
      />
      <Panel>
        {stage === "to bill" && <Reading of={orders}>{() => list}</Reading>}
        {stage === "to book" && <Reading of={invoices}>{() => list}</Reading>}
        {stage === undefined && <Reading of={orders}>{() => <Reading of={invoices}>{() => list}</Reading>}</Reading>}
      </Panel>
    </Page>
  );
}
