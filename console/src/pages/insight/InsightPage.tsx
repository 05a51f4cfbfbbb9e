import "./map.css";
import { Button, Select, Text } from "@mantine/core";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { processMap, progress } from "../../api/queries";
import type { ProcessMap } from "../../api/types";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Page, Panel } from "../../components/Page";
import { Empty, Loading, Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { span } from "../../lib/time";
import { count } from "../../lib/words";
import { stepInWords } from "./map";
import { InsightSections } from "./Sections";

const MapView = lazy(() => import("./MapView"));
const route = getRouteApi("/insight/map");
const MANY = ["2000", "10000", "50000"] as const;

type Way = ProcessMap["ways"][number];

/** The map of what orders went through: made of what happened, not of the model, and drawn anew as it happens. */
export function InsightPage() {
  const { entries = "10000" } = route.useSearch();
  const navigate = route.useNavigate();
  const reading = useQuery(processMap(Number(entries)));
  useFollow(reading, Number(entries));
  return (
    <Page
      title="Process map"
      actions={<InsightSections />}
      aside={
        <Select
          aria-label="How far back"
          size="xs"
          w={270}
          value={entries}
          onChange={(value) =>
            void navigate({
              search: (before) => ({ ...before, entries: MANY.find((each) => each === value) }),
              replace: true,
            })
          }
          data={MANY.map((value) => ({ value, label: `newest ${Number(value).toLocaleString("en")} journal entries` }))}
          allowDeselect={false}
        />
      }
    >
      <Reading of={reading} rows={10}>
        {(map) => <Shown map={map} />}
      </Reading>
    </Page>
  );
}

/** Reads the map again as the journal goes on, with pauses: the more entries it is made of, the longer that takes. */
function useFollow({ data, isFetching, refetch }: UseQueryResult<ProcessMap>, entries: number): void {
  const now = useQuery(progress).data?.position ?? 0;
  const isBehind = data !== undefined && now > data.position && !isFetching;
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(() => void refetch({ cancelRefetch: false }), 1_000 + entries / 5);
    return () => clearTimeout(timer);
  }, [isBehind, refetch, entries]);
}

function Shown({ map }: { map: ProcessMap }) {
  const { step } = route.useSearch();
  const navigate = route.useNavigate();
  // a link may name a step that nothing went through lately
  const focus = map.steps.some(({ id }) => id === step) ? step : undefined;
  const onFocus = (next: string | undefined): void =>
    void navigate({ search: (before) => ({ ...before, step: next }), replace: true });
  if (map.steps.length === 0) return <Empty title="No order has gone through anything yet" />;
  return (
    <div className="map-page">
      <Panel>
        <Text size="sm" className="muted" px="md" pt="xs">
          {count(map.orders, "order")} since <When at={map.since} />. A thick arrow is gone often, a red one takes long.
        </Text>
        <Suspense fallback={<Loading rows={10} />}>
          <MapView map={map} focus={focus} onFocus={onFocus} />
        </Suspense>
      </Panel>
      <Ways of={map} focus={focus} onFocus={onFocus} />
    </div>
  );
}

const COLUMNS: readonly Column<Way>[] = [
  {
    id: "from",
    header: "After",
    width: 100,
    grow: true,
    cell: ({ from }) => stepInWords(from),
    by: ({ from }) => stepInWords(from),
  },
  {
    id: "to",
    header: "Came",
    width: 100,
    grow: true,
    cell: ({ to }) => stepInWords(to),
    by: ({ to }) => stepInWords(to),
  },
  {
    id: "count",
    header: "Times",
    width: 72,
    end: true,
    cell: (way) => way.count.toLocaleString("en"),
    by: (way) => way.count,
  },
  {
    id: "median",
    header: "Median",
    width: 86,
    end: true,
    cell: ({ median_ms }) => span(median_ms),
    by: ({ median_ms }) => median_ms,
  },
];

const CSV: readonly CsvColumn<Way>[] = [
  { header: "from", value: ({ from }) => from },
  { header: "to", value: ({ to }) => to },
  { header: "times", value: (way) => way.count },
  { header: "median_ms", value: ({ median_ms }) => median_ms },
];

interface WaysProps {
  readonly of: ProcessMap;
  readonly focus: string | undefined;
  readonly onFocus: (step: string | undefined) => void;
}

/** The map as a table; of one step, what came before and after it. */
function Ways({ of, focus, onFocus }: WaysProps) {
  const { sort = "-count" } = route.useSearch();
  const navigate = route.useNavigate();
  const ways = focus === undefined ? of.ways : of.ways.filter(({ from, to }) => from === focus || to === focus);
  return (
    <Panel
      id="ways"
      title={focus === undefined ? "What follows what" : `Around “${stepInWords(focus)}”`}
      aside={
        focus !== undefined && (
          <Button size="compact-xs" variant="default" onClick={() => onFocus(undefined)}>
            All steps
          </Button>
        )
      }
    >
      <Rows
        noun="way"
        rows={ways}
        columns={COLUMNS}
        csv={CSV}
        idOf={({ from, to }) => `${from} ${to}`}
        current={undefined}
        onOpen={({ from }) => onFocus(from === focus ? undefined : from)}
        sort={sort}
        onSort={(next) => void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })}
        none="Nothing came before it or after it."
        height="calc(100vh - 250px)"
      />
    </Panel>
  );
}
