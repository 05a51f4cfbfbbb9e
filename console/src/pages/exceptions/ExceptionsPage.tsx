import { Button, Group, SegmentedControl, Select, Switch, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { company, exceptionsList, openExceptions, progress } from "../../api/queries";
import type { Exception } from "../../api/types";
import { Amounts } from "../../components/Amount";
import { Severity, Status } from "../../components/badges";
import { type Column, Grid, type Sorting } from "../../components/Grid";
import { CsvButton } from "../../components/List";
import { Customer } from "../../components/Named";
import { Page } from "../../components/Page";
import { Empty, Reading } from "../../components/states";
import { useNow } from "../../components/useNow";
import { useRows } from "../../components/useRows";
import { Deadline, When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { formatMoney, fromMinor, sums } from "../../lib/money";
import { byServer, readSorting, writeSorting } from "../../lib/sorting";
import { AGES } from "../../lib/time";
import { count, words } from "../../lib/words";
import { useKeys } from "../../shell/keys";
import { useMe } from "../../shell/useSession";
import { BulkResolve } from "./BulkResolve";
import { CasePanel } from "./CasePanel";
import { asListed, countOf, nextCase, type QueueSearch, queue, rank } from "./filter";

const route = getRouteApi("/exceptions");

function columnsFor(currency: string | undefined, isEnded: boolean): Column<Exception>[] {
  return [
    { id: "id", header: "Case", width: 96, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
    { id: "kind", header: "Type", width: 124, cell: ({ kind }) => words(kind), by: ({ kind }) => kind },
    {
      id: "severity",
      header: "Severity",
      width: 98,
      cell: ({ severity }) => <Severity of={severity} />,
      by: ({ severity }) => rank(severity),
    },
    isEnded
      ? {
          id: "status",
          header: "Status",
          width: 112,
          cell: ({ status }) => <Status of={status} />,
          by: ({ status }) => status,
        }
      : {
          id: "due",
          header: "Due",
          width: 108,
          cell: (exception) => <Deadline from={exception.raised_at} due={exception.resolve_by} />,
          by: ({ resolve_by }) => resolve_by,
        },
    {
      id: "stake",
      header: "At stake",
      width: 104,
      end: true,
      cell: ({ amount_minor }) =>
        currency && amount_minor !== 0 ? (
          formatMoney(fromMinor(amount_minor, currency))
        ) : (
          <span className="muted">–</span>
        ),
      by: ({ amount_minor }) => amount_minor,
    },
    {
      id: "owner",
      header: "Owner",
      width: 118,
      cell: ({ owner, assignee }) => assignee ?? <span className="muted">{words(owner)}</span>,
      by: ({ owner, assignee }) => assignee ?? owner,
    },
    {
      id: "about",
      header: "About",
      width: 150,
      cell: ({ order, line, account }) => {
        if (order) return line ? `${order} line ${line}` : order;
        return account ? <Customer of={account} /> : "–";
      },
      by: ({ order, account }) => order ?? account ?? "",
    },
    {
      id: "reason",
      header: "What happened",
      width: 240,
      grow: true,
      cell: ({ reason }) => <span title={reason}>{reason}</span>,
    },
    {
      id: "raised",
      header: "Raised",
      width: 110,
      cell: ({ raised_at }) => <When at={raised_at} />,
      by: ({ raised_at }) => raised_at,
    },
  ];
}

const CSV: readonly CsvColumn<Exception>[] = [
  { header: "case", value: ({ id }) => id },
  { header: "type", value: ({ kind }) => kind },
  { header: "status", value: ({ status }) => status },
  { header: "severity", value: ({ severity }) => severity },
  { header: "owner", value: ({ owner }) => owner },
  { header: "assignee", value: ({ assignee }) => assignee },
  { header: "order", value: ({ order }) => order },
  { header: "line", value: ({ line }) => line },
  { header: "account", value: ({ account }) => account },
  { header: "subject", value: ({ subject }) => subject },
  { header: "reason", value: ({ reason }) => reason },
  { header: "amount_minor", value: ({ amount_minor }) => amount_minor },
  { header: "raised_at", value: ({ raised_at }) => raised_at },
  { header: "resolve_by", value: ({ resolve_by }) => resolve_by },
  { header: "ended_at", value: ({ ended_at }) => ended_at },
];

/** One queue for people across all departments. */
export function ExceptionsPage() {
  const search = route.useSearch() as QueueSearch;
  const navigate = route.useNavigate();
  const me = useMe();
  const now = useNow();
  const currency = useQuery(company).data?.currency;
  const status = search.status ?? "open";
  const ofOrder = search.order ? { order: search.order } : {};
  const toDo = useQuery({ ...openExceptions(ofOrder), enabled: status === "open" });
  // those that have ended may be many: they are read as far as one scrolls, in the order that the product has them
  const by = byServer(search.sort, { stake: "value", due: "due" });
  const listed = useInfiniteQuery({
    ...exceptionsList({
      ...(status === "all" || status === "open" ? {} : { status }),
      ...(search.kind ? { kind: search.kind } : {}),
      ...ofOrder,
      ...(by ? { sort: by } : {}),
    }),
    enabled: status !== "open",
  });
  const { rows, more, readAll } = useRows(listed);
  const { error, isError, refetch } = status === "open" ? toDo : listed;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isDeciding, setDeciding] = useState(false);

  const all = status === "open" ? toDo.data?.items : rows;
  const isMore = status !== "open" && listed.hasNextPage;
  const counts = useQuery(progress).data?.exceptions;
  const inAll = counts && !search.order ? countOf(counts, status) : undefined;
  const sorting = readSorting(search.sort);
  const list = useMemo(
    () => (status === "open" ? queue(all ?? [], search, me, now) : asListed(all ?? [], search, me, now)),
    [all, status, search, me, now],
  );
  // a filter looks on by itself for a screenful of rows
  const pages = listed.data?.pages.length ?? 0;
  const looksOn = isMore && list.length < 20 && pages < 10 && !listed.isFetching && !listed.isError;
  useEffect(() => {
    if (looksOn) more();
  }, [looksOn, more]);
  const isEnded = status === "resolved" || status === "cleared" || status === "all";
  const hasCase = search.case !== undefined;
  const columns = useMemo(() => {
    const full = columnsFor(currency, isEnded);
    return hasCase
      ? full
          .filter(({ id }) => !["owner", "raised", "reason", "about"].includes(id))
          .map((column) => (column.id === "kind" ? { ...column, grow: true } : column))
      : full;
  }, [currency, isEnded, hasCase]);
  const chosen = list.filter(({ id }) => selected.has(id));
  const stake = currency ? sums(list.map(({ amount_minor }) => fromMinor(amount_minor, currency))) : [];

  function set(change: Partial<Record<keyof QueueSearch, string | true | undefined>>): void {
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: !("case" in change) });
  }
  function step(by: 1 | -1): void {
    const at = list.findIndex(({ id }) => id === search.case);
    const next = list[at < 0 ? 0 : Math.max(0, Math.min(list.length - 1, at + by))];
    if (next) set({ case: next.id });
  }
  const close = (): void => set({ case: undefined });
  function select(): void {
    if (!search.case) return;
    const next = new Set(selected);
    if (!next.delete(search.case)) next.add(search.case);
    setSelected(next);
  }
  useKeys({ j: () => step(1), k: () => step(-1), x: select, Escape: close });

  function done(action: string): void {
    const id = search.case ?? "";
    notifications.show({ message: `${id}: ${words(action).toLowerCase()}, on the record`, color: "dock" });
    set({ case: nextCase(list, id) });
  }

  const kinds = [...new Set([...(all ?? []).map(({ kind }) => kind), ...(search.kind ? [search.kind] : [])])].sort();
  const owners = [...new Set((all ?? []).map(({ owner }) => owner))].sort();
  // who is asked for by a link is there, too, with nothing claimed
  const people = [...new Set([...(all ?? []).map(({ assignee }) => assignee), search.assignee])].filter(isText).sort();
  const isFiltered = Boolean(
    search.kind ||
      search.owner ||
      search.assignee ||
      search.severity ||
      search.mine ||
      search.age ||
      search.due ||
      search.q ||
      search.order,
  );
  return (
    <Page
      title="Exceptions"
      aside={
        all && (
          <Text className="muted" size="sm" role="status">
            {isMore && inAll !== undefined
              ? `${list.length.toLocaleString("en")} of ${count(inAll, "case")} shown`
              : count(list.length, "case")}
            {stake.length > 0 && !isEnded && (
              <>
                {" · "}
                <Amounts of={stake} /> at stake
              </>
            )}
          </Text>
        )
      }
      actions={
        <SegmentedControl
          aria-label="Status"
          size="xs"
          value={status}
          onChange={(value) => set({ status: value === "open" ? undefined : value, case: undefined })}
          data={["open", "claimed", "resolved", "cleared", "all"].map((value) => ({
            value,
            label: value === "open" ? "To do" : words(value),
          }))}
        />
      }
    >
      <Group gap="xs" align="end">
        <TextInput
          aria-label="Search the cases"
          placeholder="Order, account, words …"
          leftSection={<IconSearch size={16} />}
          value={search.q ?? ""}
          onChange={(event) => set({ q: event.currentTarget.value || undefined })}
          w={250}
        />
        <Choice label="Type" values={kinds} value={search.kind} onChange={(kind) => set({ kind })} />
        <Choice label="Owner" values={owners} value={search.owner} onChange={(owner) => set({ owner })} />
        <Choice
          label="Person"
          values={people}
          value={search.assignee}
          onChange={(assignee) => set({ assignee })}
          nameOf={(person) => (person === me?.id ? `${person} (you)` : person)}
          width={130}
        />
        <Choice
          label="Severity"
          values={["critical", "high", "medium", "low"]}
          value={search.severity}
          onChange={(severity) => set({ severity })}
          width={120}
        />
        {!isEnded && (
          <Choice
            label="Due"
            values={["late", "soon"]}
            value={search.due}
            onChange={(due) => set({ due })}
            width={100}
          />
        )}
        <Choice label="Age" values={AGES} value={search.age} onChange={(age) => set({ age })} width={125} />
        <Switch
          label="Mine to decide"
          checked={search.mine === true}
          onChange={(event) => set({ mine: event.currentTarget.checked || undefined })}
          mb={7}
        />
        {isFiltered && (
          <Button
            variant="subtle"
            size="xs"
            mb={3}
            onClick={() =>
              set({
                kind: undefined,
                owner: undefined,
                assignee: undefined,
                severity: undefined,
                mine: undefined,
                age: undefined,
                due: undefined,
                q: undefined,
                order: undefined,
              })
            }
          >
            Clear the filters
          </Button>
        )}
        {search.order && <Text size="sm">Only of {search.order}</Text>}
        <CsvButton
          name="cases"
          rows={list}
          columns={CSV}
          all={status === "open" ? undefined : async () => asListed(await readAll(), search, me, now)}
        />
      </Group>
      <div className={`queue${hasCase ? " has-case" : ""}`}>
        <div className="panel queue-list" style={{ overflow: "hidden" }}>
          {chosen.length > 0 && (
            <Group px="md" py="xs" justify="space-between" style={{ borderBottom: "1px solid var(--cd-line)" }}>
              <Text size="sm">{count(chosen.length, "case")} selected</Text>
              <Group gap="xs">
                <Button size="xs" onClick={() => setDeciding(true)} disabled={!me || !currency || isEnded}>
                  Decide on all …
                </Button>
                <Button size="xs" variant="default" onClick={() => setSelected(new Set())}>
                  Select none
                </Button>
              </Group>
            </Group>
          )}
          <Reading of={{ data: all, error, isError, refetch }} rows={12}>
            {() =>
              list.length === 0 ? (
                <NothingWaits isFiltered={isFiltered} />
              ) : (
                <Grid
                  label="Cases"
                  rows={list}
                  columns={columns}
                  idOf={({ id }) => id}
                  height="calc(100vh - 225px)"
                  current={search.case}
                  pageSteps
                  onOpen={({ id }) => set({ case: id })}
                  sorting={sorting}
                  onSort={(next: Sorting | undefined) => set({ sort: writeSorting(next) })}
                  selected={selected}
                  onSelect={setSelected}
                  {...(isMore ? { onEnd: more } : {})}
                />
              )
            }
          </Reading>
          {isMore && (
            <Text size="xs" className="muted" p="xs">
              More follow as you scroll{search.sort && !by ? "; sorted are those that are shown" : ""}.
            </Text>
          )}
        </div>
        {search.case && (
          <CasePanel key={search.case} id={search.case} me={me} onStep={step} onClose={close} onDone={done} />
        )}
      </div>
      {isDeciding && me && currency && (
        <BulkResolve
          chosen={chosen}
          me={me}
          currency={currency}
          onClose={() => {
            setDeciding(false);
            setSelected(new Set());
          }}
        />
      )}
    </Page>
  );
}

function NothingWaits({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty title="No case is like that">Other cases may wait: clear the filters to see them.</Empty>
  ) : (
    <Empty title="Nothing waits for a person">
      Every order goes its way. What needs a decision appears here by itself.
    </Empty>
  );
}

const isText = (value: string | null | undefined): value is string => typeof value === "string";

interface ChoiceProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
  readonly nameOf?: (value: string) => string;
  readonly width?: number;
}

/** A filter that is off unless something is chosen. */
function Choice({ label, values, value, onChange, nameOf = words, width = 150 }: ChoiceProps) {
  return (
    <Select
      aria-label={label}
      placeholder={label}
      data={values.map((each) => ({ value: each, label: nameOf(each) }))}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      clearable
      w={width}
    />
  );
}
