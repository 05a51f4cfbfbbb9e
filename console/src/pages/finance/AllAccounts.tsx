import { SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { accounts } from "../../api/queries";
import type { Account } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Tag } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { List } from "../../components/List";
import { Panel } from "../../components/Page";
import { useNow } from "../../components/useNow";
import type { CsvColumn } from "../../lib/csv";
import { fromMinor, type Money, size, toMinor } from "../../lib/money";
import { ageing } from "./ageing";

const route = getRouteApi("/finance/accounts");

/** An account with what it owes by age. */
interface Row {
  readonly account: Account;
  readonly ages: readonly Money[];
}

const isOver = ({ credit_limit, exposure }: Account): boolean =>
  Boolean(credit_limit) && credit_limit?.currency === exposure.currency && toMinor(exposure) > toMinor(credit_limit);
const overdueOf = ({ account, ages }: Row): Money =>
  fromMinor(
    ages.slice(1).reduce((sum, money) => sum + toMinor(money), 0n),
    account.receivable.currency,
  );

const money = (id: string, header: string, of: (row: Row) => Money, className?: (row: Row) => string): Column<Row> => ({
  id,
  header,
  width: 112,
  end: true,
  cell: (row) => (
    <span className={className?.(row) ?? ""}>
      <Amount of={of(row)} />
    </span>
  ),
  by: (row) => size(of(row)),
});

const COLUMNS: readonly Column<Row>[] = [
  {
    id: "id",
    header: "Account",
    width: 90,
    cell: ({ account }) => <b>{account.id}</b>,
    by: ({ account }) => account.id,
  },
  {
    id: "name",
    header: "Name",
    width: 170,
    grow: true,
    cell: ({ account }) => (
      <>
        {account.name} {account.blocked && <Tag tone="red">Blocked</Tag>}
      </>
    ),
    by: ({ account }) => account.name,
  },
  {
    id: "limit",
    header: "Limit",
    width: 112,
    end: true,
    cell: ({ account }) =>
      account.credit_limit ? <Amount of={account.credit_limit} /> : <span className="muted">none</span>,
    by: ({ account }) => (account.credit_limit ? size(account.credit_limit) : Number.MAX_VALUE),
  },
  money(
    "exposure",
    "Exposure",
    ({ account }) => account.exposure,
    ({ account }) => (isOver(account) ? "late" : ""),
  ),
  money("orders", "Open orders", ({ account }) => account.open_orders),
  money("shipped", "Shipped", ({ account }) => account.shipped_not_invoiced),
  money("receivable", "Receivable", ({ account }) => account.receivable),
  money("overdue", "Overdue", overdueOf, (row) => (size(overdueOf(row)) > 0 ? "late" : "muted")),
  money("over-30", "Over 30 days", ({ ages: [, , first, second, third], account }) =>
    fromMinor(
      [first, second, third].reduce((sum, each) => sum + (each ? toMinor(each) : 0n), 0n),
      account.receivable.currency,
    ),
  ),
  money("unapplied", "Not applied", ({ account }) => account.unapplied),
];

const AGES = ["not_due", "days_1_30", "days_31_60", "days_61_90", "over_90"] as const;
const CSV: readonly CsvColumn<Row>[] = [
  { header: "account", value: ({ account }) => account.id },
  { header: "name", value: ({ account }) => account.name },
  { header: "currency", value: ({ account }) => account.receivable.currency },
  { header: "credit_limit", value: ({ account }) => account.credit_limit?.amount },
  { header: "exposure", value: ({ account }) => account.exposure.amount },
  { header: "open_orders", value: ({ account }) => account.open_orders.amount },
  { header: "shipped_not_invoiced", value: ({ account }) => account.shipped_not_invoiced.amount },
  { header: "receivable", value: ({ account }) => account.receivable.amount },
  { header: "unapplied", value: ({ account }) => account.unapplied.amount },
  ...AGES.map((header, at): CsvColumn<Row> => ({ header, value: ({ ages }) => ages[at]?.amount })),
];

const ONLY = ["overdue", "over-limit"] as const;

/** All accounts with what counts against their limits, and what they owe by age. */
export function AllAccounts() {
  const { sort, only } = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  const given = useInfiniteQuery(accounts);
  const today = now.toDateString();
  const data = useMemo(() => {
    const rowOf = (account: Account): Row => ({
      account,
      ages: ageing(account.open_items, new Date(today), account.receivable.currency).map(({ sum }) => sum),
    });
    return given.data && { ...given.data, pages: given.data.pages.map(({ items }) => ({ items: items.map(rowOf) })) };
  }, [given.data, today]);
  const reading = { ...given, data } as Parameters<typeof List<Row>>[0]["reading"];
  return (
    <Panel>
      <List
        noun="account"
        reading={reading}
        columns={COLUMNS}
        csv={CSV}
        idOf={({ account }) => account.id}
        {...(only ? { only: (row: Row) => (only === "overdue" ? size(overdueOf(row)) > 0 : isOver(row.account)) } : {})}
        current={undefined}
        onOpen={({ account }) => void navigate({ search: { account: account.id } })}
        sort={sort}
        onSort={(next) => void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })}
        none="Accounts come with the master data."
        height="calc(100vh - 320px)"
        tools={
          <SegmentedControl
            size="xs"
            aria-label="Which accounts"
            value={only ?? "all"}
            onChange={(value) =>
              void navigate({
                search: (before) => ({ ...before, only: ONLY.find((each) => each === value) }),
                replace: true,
              })
            }
            data={[
              { value: "all", label: "All" },
              { value: "overdue", label: "Overdue" },
              { value: "over-limit", label: "Over the limit" },
            ]}
          />
        }
      />
    </Panel>
  );
}
