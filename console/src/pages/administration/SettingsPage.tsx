import { Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { settings } from "../../api/queries";
import type { Setting } from "../../api/types";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import type { CsvColumn } from "../../lib/csv";
import { mayNotSeeSettings } from "./authority";
import { Administration } from "./Directory";

const route = getRouteApi("/administration/settings");

/** A value as one reads it: text without its quotes, lists with commas. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.map(shown).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const COLUMNS: readonly Column<Setting>[] = [
  { id: "key", header: "Key", width: 300, grow: true, cell: ({ key }) => <code>{key}</code>, by: ({ key }) => key },
  {
    id: "value",
    header: "Value",
    width: 320,
    grow: true,
    cell: ({ value }) => <span title={shown(value)}>{shown(value)}</span>,
    by: ({ value }) => shown(value),
  },
  { id: "from", header: "Comes from", width: 220, cell: ({ from }) => from, by: ({ from }) => from },
];

const CSV: readonly CsvColumn<Setting>[] = [
  { header: "key", value: ({ key }) => key },
  { header: "value", value: ({ value }) => shown(value) },
  { header: "from", value: ({ from }) => from },
];

/** What the product was started with, and where each value comes from. Secrets are masked. */
export function SettingsPage() {
  return (
    <Administration title="Settings" mayNot={mayNotSeeSettings}>
      {() => <Effective />}
    </Administration>
  );
}

function Effective() {
  const { q, sort } = route.useSearch();
  const navigate = route.useNavigate();
  const reading = useQuery(settings);
  const wanted = (q ?? "").trim().toLowerCase();
  const fits = ({ key, value, from }: Setting): boolean =>
    `${key} ${shown(value)} ${from}`.toLowerCase().includes(wanted);
  return (
    <>
      <Text size="sm" className="muted">
        These are the values that count since the product was started: the environment stands above the file, and the
        file above what it ships with. Change the file and start it again; <code>crossdock config show</code> tells the
        same. The company itself, its calendars and policies are under Master data.
      </Text>
      <TextInput
        aria-label="Search settings"
        placeholder="Key or value"
        value={q ?? ""}
        onChange={(event) => {
          const next = event.currentTarget.value || undefined;
          void navigate({ search: (before) => ({ ...before, q: next }), replace: true });
        }}
        w={240}
      />
      <Panel>
        <Reading of={reading}>
          {({ items }) => (
            <Rows
              noun="setting"
              rows={items.filter(fits)}
              columns={COLUMNS}
              csv={CSV}
              idOf={({ key }) => key}
              current={undefined}
              onOpen={({ key }) => void navigate({ search: (before) => ({ ...before, q: key }), replace: true })}
              sort={sort}
              onSort={(next) => void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })}
              none="Search for another word."
              height="calc(100vh - 330px)"
            />
          )}
        </Reading>
      </Panel>
    </>
  );
}
