import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { allExceptions } from "../../api/queries";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Page, Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { useNow } from "../../components/useNow";
import type { CsvColumn } from "../../lib/csv";
import { span } from "../../lib/time";
import { words } from "../../lib/words";
import { type Level, levelsOf } from "./levels";
import { InsightSections } from "./Sections";

const route = getRouteApi("/insight/service-levels");

const share = ({ ended, inTime }: Level): number => (ended === 0 ? Number.NaN : (100 * inTime) / ended);
const percent = (level: Level): string => (level.ended === 0 ? "–" : `${Math.round(share(level))} %`);

const COLUMNS: readonly Column<Level>[] = [
  { id: "kind", header: "Exception", width: 200, grow: true, cell: ({ kind }) => words(kind), by: ({ kind }) => kind },
  {
    id: "open",
    header: "Open",
    width: 90,
    end: true,
    cell: ({ kind, open }) => (
      <Link to="/exceptions" search={{ kind }}>
        {open}
      </Link>
    ),
    by: ({ open }) => open,
  },
  {
    id: "late",
    header: "Late now",
    width: 100,
    end: true,
    cell: ({ kind, late }) =>
      late === 0 ? (
        0
      ) : (
        <Link to="/exceptions" search={{ kind, due: "late" }} className="late">
          {late}
        </Link>
      ),
    by: ({ late }) => late,
  },
  { id: "ended", header: "Answered", width: 100, end: true, cell: ({ ended }) => ended, by: ({ ended }) => ended },
  { id: "share", header: "In time", width: 100, end: true, cell: percent, by: (level) => share(level) || 0 },
  {
    id: "median",
    header: "Median time",
    width: 120,
    end: true,
    cell: ({ median }) => (median === undefined ? "–" : span(median)),
    by: ({ median }) => median ?? 0,
  },
];

const CSV: readonly CsvColumn<Level>[] = [
  { header: "exception", value: ({ kind }) => kind },
  { header: "open", value: ({ open }) => open },
  { header: "late", value: ({ late }) => late },
  { header: "answered", value: ({ ended }) => ended },
  { header: "in_time", value: ({ inTime }) => inTime },
  { header: "median_ms", value: ({ median }) => median },
];

/** How exceptions are answered: what is open and late, what was answered in time, and how long it took. */
export function ServiceLevelsPage() {
  const { sort } = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  const reading = useQuery(allExceptions);
  return (
    <Page title="Service levels" actions={<InsightSections />}>
      <Panel>
        <Reading of={reading}>
          {(all) => (
            <Rows
              noun="service level"
              rows={levelsOf(all, now.getTime())}
              columns={COLUMNS}
              csv={CSV}
              idOf={({ kind }) => kind}
              current={undefined}
              onOpen={({ kind }) => void navigate({ to: "/exceptions", search: { kind } })}
              sort={sort}
              onSort={(next) => void navigate({ search: { sort: next }, replace: true })}
              none="No exception was raised yet."
            />
          )}
        </Reading>
      </Panel>
    </Page>
  );
}
