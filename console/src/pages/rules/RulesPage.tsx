import { Group, SegmentedControl, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { drafts, me, processes } from "../../api/queries";
import type { Draft, ProcessVersion } from "../../api/types";
import { Status } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { GuardedButton } from "../../components/GuardedButton";
import { List, Rows } from "../../components/List";
import { Page, Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { words } from "../../lib/words";
import { BeginDraft } from "./BeginDraft";
import { latest } from "./latest";
import { kindInWords, kindOf, mayNotEdit, nameOf } from "./names";

const route = getRouteApi("/rules");
const STATUS = ["editing", "submitted", "approved", "deployed", "discarded"] as const;

/** Rules and processes as a life: what is in force, and the drafts that are to change it. */
export function RulesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: who } = useQuery(me);
  const [begins, setBegins] = useState(false);
  const tab = search.tab ?? "in-force";
  return (
    <Page
      title="Rules"
      actions={
        <GuardedButton why={who && mayNotEdit(who.roles)} onClick={() => setBegins(true)}>
          Begin a draft …
        </GuardedButton>
      }
    >
      <Group gap="xs">
        <SegmentedControl
          aria-label="What is shown"
          value={tab}
          onChange={(value) => void navigate({ search: (before) => ({ ...before, tab: value as typeof tab }) })}
          data={[
            { value: "in-force", label: "In force" },
            { value: "drafts", label: "Drafts" },
          ]}
        />
        {tab === "drafts" && (
          <Select
            aria-label="Status"
            placeholder="Status"
            clearable
            value={search.status ?? null}
            onChange={(value) =>
              void navigate({
                search: (before) => ({ ...before, status: STATUS.find((status) => status === value) }),
                replace: true,
              })
            }
            data={STATUS.map((value) => ({ value, label: words(value) }))}
            w={150}
          />
        )}
      </Group>
      {tab === "drafts" ? <Drafts /> : <InForce />}
      {begins && <BeginDraft onClose={() => setBegins(false)} />}
    </Page>
  );
}

const DRAFT_COLUMNS: readonly Column<Draft>[] = [
  {
    id: "id",
    header: "Draft",
    width: 100,
    cell: ({ id }) => (
      <Link to="/rules/drafts/$draft" params={{ draft: id }}>
        {id}
      </Link>
    ),
    by: ({ id }) => Number(id.slice(3)),
  },
  {
    id: "title",
    header: "What it changes",
    width: 320,
    grow: true,
    cell: ({ title }) => title,
    by: ({ title }) => title,
  },
  {
    id: "of",
    header: "Of",
    width: 220,
    cell: ({ definition, resource, base }) => (definition ? `${nameOf(definition)}, version ${base}` : resource),
    by: ({ definition, resource }) => definition ?? resource,
  },
  {
    id: "status",
    header: "Status",
    width: 110,
    cell: ({ status }) => <Status of={status} />,
    by: ({ status }) => status,
  },
  {
    id: "authors",
    header: "Written by",
    width: 150,
    cell: ({ authors }) => authors.join(", "),
    by: ({ authors }) => authors.join(),
  },
  {
    id: "begun",
    header: "Begun",
    width: 120,
    cell: ({ begun_at }) => <When at={begun_at} />,
    by: ({ begun_at }) => begun_at,
  },
  {
    id: "effective",
    header: "In force from",
    width: 130,
    cell: ({ effective }) => (effective ? <When at={effective} /> : "–"),
    by: ({ effective }) => effective ?? "",
  },
];

const DRAFT_CSV: readonly CsvColumn<Draft>[] = [
  { header: "draft", value: ({ id }) => id },
  { header: "title", value: ({ title }) => title },
  { header: "definition", value: ({ definition }) => definition },
  { header: "base", value: ({ base }) => base },
  { header: "status", value: ({ status }) => status },
  { header: "authors", value: ({ authors }) => authors.join(" ") },
  { header: "begun", value: ({ begun_at }) => begun_at },
  { header: "effective", value: ({ effective }) => effective },
];

function Drafts() {
  const { status, sort } = route.useSearch();
  const navigate = route.useNavigate();
  const reading = useInfiniteQuery(drafts(status ? { status } : {}));
  return (
    <Panel>
      <List
        noun="draft"
        reading={reading}
        columns={DRAFT_COLUMNS}
        csv={DRAFT_CSV}
        idOf={({ id }) => id}
        current={undefined}
        onOpen={({ id }) => void navigate({ to: "/rules/drafts/$draft", params: { draft: id } })}
        sort={sort}
        onSort={(next) => void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })}
        none="A draft changes a process, a decision model or a form; it is in force once another person has approved it."
      />
    </Panel>
  );
}

const IN_FORCE_COLUMNS: readonly Column<ProcessVersion>[] = [
  {
    id: "name",
    header: "Name",
    width: 260,
    grow: true,
    cell: ({ id }) => (
      <Link to="/rules/$definition" params={{ definition: id }}>
        {nameOf(id)}
      </Link>
    ),
    by: ({ id }) => nameOf(id),
  },
  {
    id: "kind",
    header: "What it is",
    width: 120,
    cell: ({ resource }) => kindInWords(kindOf(resource)),
    by: ({ resource }) => kindOf(resource),
  },
  {
    id: "version",
    header: "Version",
    width: 90,
    end: true,
    cell: ({ version }) => version,
    by: ({ version }) => version,
  },
  { id: "file", header: "File", width: 240, cell: ({ resource }) => resource, by: ({ resource }) => resource ?? "" },
  {
    id: "deployed",
    header: "In force since",
    width: 130,
    cell: ({ deployed_at }) => <When at={deployed_at} />,
    by: ({ deployed_at }) => deployed_at ?? "",
  },
];

const IN_FORCE_CSV: readonly CsvColumn<ProcessVersion>[] = [
  { header: "id", value: ({ id }) => id },
  { header: "version", value: ({ version }) => version },
  { header: "file", value: ({ resource }) => resource },
  { header: "deployed", value: ({ deployed_at }) => deployed_at },
];

function InForce() {
  const { sort } = route.useSearch();
  const navigate = route.useNavigate();
  const reading = useQuery(processes);
  return (
    <Panel>
      <Reading of={reading}>
        {({ items }) => (
          <Rows
            noun="definition"
            rows={latest(items)}
            columns={IN_FORCE_COLUMNS}
            csv={IN_FORCE_CSV}
            idOf={({ id }) => id}
            current={undefined}
            onOpen={({ id }) => void navigate({ to: "/rules/$definition", params: { definition: id } })}
            sort={sort}
            onSort={(next) => void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })}
            none="Processes and decisions ship with the product and are deployed when it first starts."
          />
        )}
      </Reading>
    </Panel>
  );
}
