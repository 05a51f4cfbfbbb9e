import { Button, Group, SegmentedControl, Select, Text, TextInput } from "@mantine/core";
import { IconDownload, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { orders, progress } from "../../api/queries";
import { Amounts } from "../../components/Amount";
import { Grid } from "../../components/Grid";
import { Page } from "../../components/Page";
import { SavedViews } from "../../components/SavedViews";
import { Empty, Failure, Loading } from "../../components/states";
import { download, toCsv } from "../../lib/csv";
import { sums } from "../../lib/money";
import { readSorting, writeSorting } from "../../lib/sorting";
import { count, words } from "../../lib/words";
import { Board } from "./Board";
import { BulkChange } from "./BulkChange";
import { COLUMNS, EXPORT } from "./columns";
import { matches, rowOf, STATUSES } from "./row";

const route = getRouteApi("/orders");

/** All orders, as a table and as a board. */
export function OrdersPage() {
  const { view = "table", status, account, q, sort } = route.useSearch();
  const navigate = route.useNavigate();
  const counts = useQuery(progress).data?.orders;
  const total = status
    ? Number(counts?.[status] ?? 0)
    : Object.values(counts ?? {}).reduce((sum, each) => sum + Number(each), 0);

  function set(change: {
    view?: "board" | undefined;
    status?: string | undefined;
    account?: string | undefined;
    q?: string | undefined;
  }): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  }
  return (
    <Page
      title="Orders"
      aside={
        counts &&
        !account && (
          <Text className="muted" size="sm" role="status">
            {count(total, "order")}
            {status ? ` ${words(status).toLowerCase()}` : ""}
          </Text>
        )
      }
      actions={
        <>
          <SavedViews page="orders" path="/orders" />
          <SegmentedControl
            size="xs"
            aria-label="View"
            value={view}
            onChange={(next) => set({ view: next === "board" ? "board" : undefined })}
            data={[
              { value: "table", label: "Table" },
              { value: "board", label: "Board" },
            ]}
          />
        </>
      }
    >
      <Group gap="xs">
        <TextInput
          aria-label="Search the orders"
          placeholder="Number, purchase order …"
          leftSection={<IconSearch size={16} />}
          value={q ?? ""}
          onChange={(event) => set({ q: event.currentTarget.value || undefined })}
          w={230}
        />
        {view === "table" && (
          <Select
            aria-label="Status"
            placeholder="Status"
            clearable
            value={status ?? null}
            onChange={(value) => set({ status: value ?? undefined })}
            data={STATUSES.map((each) => ({
              value: each,
              label: counts ? `${words(each)} (${Number(counts[each] ?? 0)})` : words(each),
            }))}
            w={210}
          />
        )}
        <AccountFilter value={account} onChange={(value) => set({ account: value })} />
      </Group>
      {view === "board" ? (
        <Board account={account} typed={q} />
      ) : (
        <OrdersTable key={`${status} ${account}`} status={status} account={account} typed={q} sort={sort} />
      )}
    </Page>
  );
}

/** The account is a filter of the product: it is asked for when the whole of it was typed. */
function AccountFilter({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const typed = new FormData(event.currentTarget).get("account");
        onChange(typeof typed === "string" && typed.trim() ? typed.trim() : undefined);
      }}
    >
      <TextInput
        key={value}
        name="account"
        aria-label="Account"
        placeholder="Account, then Enter"
        defaultValue={value ?? ""}
        onBlur={(event) => onChange(event.currentTarget.value.trim() || undefined)}
        w={180}
      />
    </form>
  );
}

interface TableProps {
  readonly status: string | undefined;
  readonly account: string | undefined;
  readonly typed: string | undefined;
  readonly sort: string | undefined;
}

function OrdersTable({ status, account, typed, sort }: TableProps) {
  const navigate = route.useNavigate();
  const reading = useInfiniteQuery(orders({ ...(status ? { status } : {}), ...(account ? { account } : {}) }));
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = reading;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isChanging, setChanging] = useState(false);
  const [isReadingAll, setReadingAll] = useState(false);
  const sorting = useMemo(() => readSorting(sort), [sort]);

  const loaded = useMemo(() => reading.data?.pages.flatMap(({ items }) => items.map(rowOf)), [reading.data]);
  const rows = useMemo(() => (typed ? loaded?.filter((row) => matches(row, typed)) : loaded), [loaded, typed]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  /** Sorting, searching and exporting mean all orders, not only those that were scrolled to. */
  async function readAll(): Promise<ReturnType<typeof rowOf>[]> {
    setReadingAll(true);
    try {
      let result = await fetchNextPage();
      while (result.hasNextPage && !result.isError) result = await fetchNextPage();
      return result.data?.pages.flatMap(({ items }) => items.map(rowOf)) ?? [];
    } finally {
      setReadingAll(false);
    }
  }
  async function save(): Promise<void> {
    const all = hasNextPage ? await readAll() : (loaded ?? []);
    const kept = typed ? all.filter((row) => matches(row, typed)) : all;
    download(`orders${status ? `-${status}` : ""}.csv`, toCsv(kept, EXPORT));
  }

  if (!rows)
    return reading.isError ? (
      <Failure error={reading.error} again={() => void reading.refetch()} />
    ) : (
      <Loading rows={12} />
    );
  const chosen = rows.filter(({ id }) => selected.has(id));
  return (
    <div className="panel" style={{ overflow: "hidden" }}>
      <Group px="md" py="xs" justify="space-between" style={{ borderBottom: "1px solid var(--cd-line)" }}>
        <Text size="sm" role="status">
          {chosen.length > 0 ? `${count(chosen.length, "order")} selected, ` : `${count(rows.length, "order")} shown, `}
          <Amounts of={sums((chosen.length > 0 ? chosen : rows).map(({ net }) => net))} /> net
          {hasNextPage && (
            <Text span className="muted" size="sm">
              {" · "}older ones follow as you scroll
            </Text>
          )}
        </Text>
        <Group gap="xs">
          {chosen.length > 0 && (
            <Button size="xs" onClick={() => setChanging(true)}>
              Hold or cancel …
            </Button>
          )}
          {hasNextPage && (
            <Button size="xs" variant="default" loading={isReadingAll} onClick={() => void readAll()}>
              Load all
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={15} />}
            onClick={() => void save()}
            loading={isReadingAll}
          >
            CSV
          </Button>
        </Group>
      </Group>
      {rows.length === 0 ? (
        <Empty title={typed || status || account ? "No order is like that" : "No orders yet"}>
          {typed && hasNextPage
            ? "Only what was loaded is searched: load all to search the rest."
            : "Orders appear here as soon as they are received."}
        </Empty>
      ) : (
        <Grid
          label="Orders"
          rows={rows}
          columns={COLUMNS}
          idOf={({ id }) => id}
          height="calc(100vh - 245px)"
          onOpen={({ id }) => void navigate({ to: "/orders/$order", params: { order: id } })}
          sorting={sorting}
          onSort={(next) =>
            void navigate({ search: (before) => ({ ...before, sort: writeSorting(next) }), replace: true })
          }
          selected={selected}
          onSelect={setSelected}
          onEnd={more}
        />
      )}
      {isChanging && (
        <BulkChange
          chosen={chosen}
          onClose={() => {
            setChanging(false);
            setSelected(new Set());
          }}
        />
      )}
    </div>
  );
}
