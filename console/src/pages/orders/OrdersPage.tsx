import { Button, Group, SegmentedControl, Select, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { Query } from "../../api/client";
import { OF_ORDERS } from "../../api/mutations";
import { orders, progress } from "../../api/queries";
import { mayNotPost } from "../../api/rights";
import { Amounts } from "../../components/Amount";
import { FieldFilter } from "../../components/FieldFilter";
import { Grid } from "../../components/Grid";
import { GuardedButton } from "../../components/GuardedButton";
import { ImportFile } from "../../components/ImportFile";
import { CsvButton } from "../../components/List";
import { Page } from "../../components/Page";
import { SavedViews } from "../../components/SavedViews";
import { Empty, Failure, Loading } from "../../components/states";
import { useRows } from "../../components/useRows";
import { sums } from "../../lib/money";
import { byServer, readSorting, writeSorting } from "../../lib/sorting";
import { count, words } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { Board } from "./Board";
import { BulkChange } from "./BulkChange";
import { COLUMNS, EXPORT } from "./columns";
import {
  CHANNELS,
  type Channel,
  matches,
  type OrderRow,
  RISKS,
  type Risk,
  rowOf,
  STATUSES,
  STEPS,
  type Step,
} from "./row";

const route = getRouteApi("/orders");

/** All orders, as a table and as a board. */
export function OrdersPage() {
  const { view = "table", status, account, channel, today, promise, q, sort } = route.useSearch();
  const navigate = route.useNavigate();
  const counts = useQuery(progress).data?.orders;
  const total = status
    ? Number(counts?.[status] ?? 0)
    : Object.values(counts ?? {}).reduce((sum, each) => sum + Number(each), 0);

  function set(change: {
    view?: "board" | undefined;
    status?: string | undefined;
    account?: string | undefined;
    channel?: Channel | undefined;
    today?: Step | undefined;
    promise?: Risk | undefined;
    q?: string | undefined;
  }): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  }
  return (
    <Page
      title="Orders"
      aside={
        counts &&
        !account &&
        !channel &&
        !today &&
        !promise && (
          <Text className="muted" size="sm" role="status">
            {count(total, "order")}
            {status ? ` ${words(status).toLowerCase()}` : ""}
          </Text>
        )
      }
      actions={
        <>
          <ImportFile
            path="/v1/imports/orders"
            what="orders"
            says="X12, CSV or JSON: what it is, is recognised. An order that was taken over before is not ordered again; what is wrong in one does not stop the others."
            topics={[...OF_ORDERS, "returns"]}
          />
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
          w={260}
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
        <Select
          aria-label="Channel"
          placeholder="Channel"
          clearable
          value={channel ?? null}
          onChange={(value) => set({ channel: CHANNELS.find((each) => each === value) })}
          data={CHANNELS.map((each) => ({ value: each, label: words(each) }))}
          w={140}
        />
        {view === "table" && (
          <>
            <Select
              aria-label="What happened today"
              placeholder="Today"
              clearable
              value={today ?? null}
              onChange={(value) => set({ today: STEPS.find((each) => each === value) })}
              data={STEPS.map((each) => ({ value: each, label: `${words(each)} today` }))}
              w={180}
            />
            <Select
              aria-label="How the promise stands"
              placeholder="Promise"
              clearable
              value={promise ?? null}
              onChange={(value) => set({ promise: RISKS.find((each) => each === value) })}
              data={RISKS.map((each) => ({ value: each, label: `Promise ${words(each).toLowerCase()}` }))}
              w={170}
            />
          </>
        )}
        <FieldFilter label="Account" value={account} onChange={(value) => set({ account: value })} />
      </Group>
      {view === "board" ? (
        <Board account={account} channel={channel} typed={q} />
      ) : (
        <OrdersTable
          key={`${status} ${account} ${channel} ${today} ${promise}`}
          filter={{
            ...(status ? { status } : {}),
            ...(account ? { account } : {}),
            ...(channel ? { channel } : {}),
            ...(today ? { today } : {}),
            ...(promise ? { promise } : {}),
          }}
          typed={q}
          sort={sort}
        />
      )}
    </Page>
  );
}

interface TableProps {
  readonly filter: Query<"/v1/orders">;
  readonly typed: string | undefined;
  readonly sort: string | undefined;
}

function OrdersTable({ filter, typed, sort }: TableProps) {
  const navigate = route.useNavigate();
  const me = useMe();
  // what happened today comes in its own order
  const order = filter.today || filter.promise ? undefined : byServer(sort, { net: "value" });
  const reading = useInfiniteQuery(orders({ ...filter, ...(order ? { sort: order } : {}) }));
  const isFiltered = Object.keys(filter).length > 0;
  const { rows: read, more, readAll } = useRows(reading);
  const { hasNextPage } = reading;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isChanging, setChanging] = useState(false);
  const [isReadingAll, setReadingAll] = useState(false);
  const sorting = useMemo(() => readSorting(sort), [sort]);

  const isMeant = useCallback((row: OrderRow) => matches(row, typed), [typed]);
  const rows = useMemo(() => read?.map(rowOf).filter(isMeant), [read, isMeant]);

  /** Searching, sorting and exporting mean all orders, not only those that were scrolled to. */
  async function all(): Promise<readonly OrderRow[]> {
    setReadingAll(true);
    try {
      return (await readAll()).map(rowOf).filter(isMeant);
    } finally {
      setReadingAll(false);
    }
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
          {chosen.length > 0 ? `${count(chosen.length, "order")} selected` : `${count(rows.length, "order")} shown`}
          {rows.length > 0 && (
            <>
              , <Amounts of={sums((chosen.length > 0 ? chosen : rows).map(({ net }) => net))} /> net
            </>
          )}
          {hasNextPage && (
            <Text span className="muted" size="sm">
              {" · "}
              {sort && !order ? "sorted among these; load all to sort the rest" : "more follow as you scroll"}
            </Text>
          )}
        </Text>
        <Group gap="xs">
          {chosen.length > 0 && (
            <GuardedButton
              size="xs"
              why={mayNotPost("/v1/orders/{order}/holds", me) && mayNotPost("/v1/orders/{order}/cancellations", me)}
              onClick={() => setChanging(true)}
            >
              Hold or cancel …
            </GuardedButton>
          )}
          {hasNextPage && (
            <Button size="xs" variant="default" loading={isReadingAll} onClick={() => void all()}>
              Load all
            </Button>
          )}
          <CsvButton name={["orders", ...Object.values(filter)].join("-")} rows={rows} columns={EXPORT} all={all} />
        </Group>
      </Group>
      {rows.length === 0 ? (
        <Empty title={typed || isFiltered ? "No orders to show" : "No orders yet"}>
          {(typed || filter.channel) && hasNextPage
            ? "Only what was loaded is searched: load all to search the rest."
            : typed || isFiltered
              ? "Clear the filters to see other orders."
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
