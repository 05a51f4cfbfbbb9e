import { Code, Group, Switch, Text, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { orderTimeline } from "../../api/queries";
import { CsvButton } from "../../components/List";
import { Panel } from "../../components/Page";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { type Entry, timeline } from "./timeline";

const route = getRouteApi("/orders/$order");

/** Everything that happened to an order, with who and why. */
export function Timeline({ order }: { order: string }) {
  const reading = useQuery(orderTimeline(order));
  const { at, events: all } = route.useSearch();
  const navigate = route.useNavigate();
  const entries = useMemo(
    () => timeline(reading.data?.events ?? []).filter(({ isDetail }) => all || !isDetail),
    [reading.data, all],
  );
  // a link to a point in time shows it, however far down it is
  useEffect(() => {
    if (at && entries.length > 0) document.getElementById(placeOf(at))?.scrollIntoView({ block: "center" });
  }, [at, entries.length]);
  return (
    <Panel
      id="timeline"
      title="Timeline"
      aside={
        <Group gap="xs">
          <Switch
            size="xs"
            label="Book-keeping too"
            checked={all === "all"}
            onChange={(event) => {
              const events = event.currentTarget.checked ? ("all" as const) : undefined;
              void navigate({ search: (before) => ({ ...before, events }), replace: true });
            }}
          />
          <CsvButton name={`timeline of ${order}`} rows={entries} columns={CSV} />
        </Group>
      }
    >
      <div
        style={{ padding: "8px 16px 12px", maxHeight: "70vh", overflowY: "auto" }}
        tabIndex={0}
        role="region"
        aria-label="Events of the order"
      >
        <Reading of={reading} rows={8}>
          {() =>
            entries.length === 0 ? (
              <Empty title="Nothing has happened yet" />
            ) : (
              <ol className="timeline">
                {entries.map((entry) => (
                  <Item key={entry.id} entry={entry} isMeant={entry.id === at} />
                ))}
              </ol>
            )
          }
        </Reading>
      </div>
    </Panel>
  );
}

/** The id of an entry on the page. */
const placeOf = (event: string): string => `event-${event}`;

function Item({ entry, isMeant }: { entry: Entry; isMeant: boolean }) {
  const { actor, at, events, id, outcome, reason, subject, title } = entry;
  return (
    <li id={placeOf(id)} aria-current={isMeant ? "true" : undefined} className={isMeant ? "meant" : undefined}>
      <Text size="sm" fw={550}>
        {title}
      </Text>
      {outcome && <Text size="sm">{outcome}</Text>}
      {reason && <Text size="sm">“{reason}”</Text>}
      <Group gap={6}>
        <Text size="xs" className="muted">
          <When at={at} /> · {actor === "process" ? "by the process" : `by ${actor}`}
        </Text>
        {subject && <SubjectLink of={subject} />}
        <Tooltip
          label={`${events[0]?.type} ${events[0]?.id}${events.length > 1 ? ` and ${events.length - 1} more` : ""}`}
        >
          <Link
            from="/orders/$order"
            search={(before) => ({ ...before, at: id })}
            replace
            aria-label={`Link to this point, ${id}`}
          >
            <Code fz={10}>{id}</Code>
          </Link>
        </Tooltip>
      </Group>
    </li>
  );
}

/** What an event is about, where that has a page of its own. */
function SubjectLink({ of: { kind, id } }: { of: NonNullable<Entry["subject"]> }) {
  switch (kind) {
    case "exception":
      return (
        <Link to="/exceptions" search={{ case: id }} className="small">
          {id}
        </Link>
      );
    case "warehouse_order":
      return (
        <Link to="/fulfilment" search={{ open: id }} className="small">
          {id}
        </Link>
      );
    case "shipment":
      return (
        <Link to="/fulfilment" search={{ tab: "shipments", open: id }} className="small">
          {id}
        </Link>
      );
    case "invoice":
      return (
        <Link to="/finance/invoices" search={{ open: id }} className="small">
          {id}
        </Link>
      );
    case "payment":
      return (
        <Link to="/finance/payments" search={{ open: id }} className="small">
          {id}
        </Link>
      );
    default:
      return null;
  }
}

const CSV: readonly CsvColumn<Entry>[] = [
  { header: "event", value: ({ id }) => id },
  { header: "time", value: ({ at }) => at },
  { header: "by", value: ({ actor }) => actor },
  { header: "about", value: ({ events }) => events[0]?.subject },
  { header: "type", value: ({ events }) => events[0]?.type },
  { header: "what", value: ({ title }) => title },
  { header: "outcome", value: ({ outcome }) => outcome },
  { header: "why", value: ({ reason }) => reason },
];
