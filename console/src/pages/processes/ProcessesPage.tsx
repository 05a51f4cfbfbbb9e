import { Group, SegmentedControl, Select, Text } from "@mantine/core";
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { instances, processes, processVersion, tokens as tokensOf } from "../../api/queries";
import type { Instance, ProcessVersion } from "../../api/types";
import { Status } from "../../components/badges";
import { FieldFilter } from "../../components/FieldFilter";
import type { Column } from "../../components/Grid";
import { List } from "../../components/List";
import { Page, Panel } from "../../components/Page";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import { namesOf } from "../../diagram/elements";
import { ProcessDiagram } from "../../diagram/ProcessDiagram";
import type { CsvColumn } from "../../lib/csv";
import { count, words } from "../../lib/words";
import { Batches } from "./Batches";
import { BusinessKey } from "./BusinessKey";
import { tokensAt } from "./counts";
import { EndedInstances } from "./EndedInstances";
import { OperationMenu } from "./OperationMenu";
import { Passages } from "./Passages";

const route = getRouteApi("/processes");

/** What may be shown instead of what runs now. */
const SHOWS = ["went-through", "ended"] as const;

/** Deployed processes with what runs in them. */
export function ProcessesPage() {
  const reading = useQuery(processes);
  return (
    <Page title="Processes">
      <Reading of={reading}>
        {({ items }) => <Chosen all={items.filter(({ resource }) => resource?.endsWith(".bpmn"))} />}
      </Reading>
    </Page>
  );
}

function Chosen({ all }: { all: readonly ProcessVersion[] }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const names = [...new Set(all.map(({ id }) => id))];
  const process = search.process ?? names.find((name) => name === "order-to-cash") ?? names[0];
  const versions = all.filter(({ id }) => id === process).toSorted((a, b) => b.version - a.version);
  const shown = versions.find(({ version }) => String(version) === search.version) ?? versions[0];
  function set(change: {
    process?: string | undefined;
    version?: string | undefined;
    element?: string | undefined;
    state?: string | undefined;
    key?: string | undefined;
    incident?: string | undefined;
    sort?: string | undefined;
    show?: (typeof SHOWS)[number] | undefined;
  }): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  }
  if (!process || !shown)
    return (
      <Empty title="Nothing is deployed">Processes ship with the product and are deployed when it first starts.</Empty>
    );
  return (
    <>
      <Group gap="xs">
        <Select
          aria-label="Process"
          value={process}
          onChange={(value) => set({ process: value ?? undefined, version: undefined, element: undefined })}
          data={names.map((value) => ({ value, label: words(value) }))}
          allowDeselect={false}
          w={220}
        />
        <Select
          aria-label="Version"
          value={String(shown.version)}
          onChange={(value) => set({ version: value ?? undefined })}
          data={versions.map(({ version }) => ({ value: String(version), label: `Version ${version}` }))}
          allowDeselect={false}
          w={140}
        />
        <SegmentedControl
          aria-label="What is shown"
          value={search.show ?? "running"}
          onChange={(value) => set({ show: SHOWS.find((each) => each === value) })}
          data={[
            { value: "running", label: "Running now" },
            { value: "went-through", label: "Went through" },
            { value: "ended", label: "Ended" },
          ]}
        />
        {search.show === undefined && (
          <>
            <Select
              aria-label="State"
              placeholder="State"
              clearable
              value={search.state ?? null}
              onChange={(value) => set({ state: value ?? undefined })}
              data={["running", "suspended", "incident"].map((value) => ({ value, label: words(value) }))}
              w={140}
            />
            <FieldFilter
              label="Words of an incident"
              value={search.incident}
              onChange={(incident) => set({ incident })}
            />
            <FieldFilter label="Order or other key" value={search.key} onChange={(key) => set({ key })} />
          </>
        )}
        <Text size="sm" className="muted">
          deployed <When at={shown.deployed_at} />
        </Text>
      </Group>
      {search.show === "went-through" ? (
        <Passages process={process} version={shown.version} />
      ) : search.show === "ended" ? (
        <EndedInstances process={process} version={shown.version} sort={search.sort} onSort={(sort) => set({ sort })} />
      ) : (
        <Running
          process={process}
          version={shown.version}
          element={search.element}
          state={search.state}
          businessKey={search.key}
          incident={search.incident}
          sort={search.sort}
          onSort={(sort) => set({ sort })}
          onElement={(element) => set({ element })}
        />
      )}
      <Batches />
    </>
  );
}

interface RunningProps {
  readonly process: string;
  readonly version: number;
  readonly element: string | undefined;
  readonly state: string | undefined;
  readonly businessKey: string | undefined;
  readonly incident: string | undefined;
  readonly sort: string | undefined;
  readonly onSort: (sort: string | undefined) => void;
  readonly onElement: (element: string | undefined) => void;
}

function Running(props: RunningProps) {
  const { process, version, element, state, businessKey, incident, sort, onSort, onElement } = props;
  const filter = {
    process,
    version,
    ...(state ? { state } : {}),
    ...(businessKey ? { business_key: businessKey } : {}),
    ...(incident ? { incident } : {}),
  };
  // where somebody stands, the product looks for; the counts are of all instances of the version
  const reading = useInfiniteQuery(instances({ ...filter, ...(element ? { element } : {}) }));
  const counted = useQuery(tokensOf(process, version)).data;
  const tokens = useMemo(() => tokensAt(counted), [counted]);
  const xml = useQuery(processVersion(process, version)).data?.xml;
  const nameOf = useMemo(() => namesOf(xml ?? ""), [xml]);
  return (
    <>
      <Panel>
        <div style={{ padding: 12 }}>
          <ProcessDiagram process={process} version={version} tokens={tokens} onElement={onElement} />
          <Group gap="xs" mt="sm">
            <Text size="sm">Stand at:</Text>
            {tokens.map((token) => (
              <Link
                key={token.element}
                from="/processes"
                search={(before) => ({ ...before, element: token.element })}
                className={token.element === element ? "tag accent" : "tag gray"}
              >
                {nameOf(token.element)} {token.count}
              </Link>
            ))}
            {element && (
              <Link from="/processes" search={(before) => ({ ...before, element: undefined })}>
                all
              </Link>
            )}
          </Group>
          {counted && (
            <Text size="xs" className="muted">
              Counted are all {count(counted.instances, "running instance")} of this version
              {counted.incidents > 0 && `, ${counted.incidents.toLocaleString("en")} of them stuck`}.
            </Text>
          )}
        </div>
      </Panel>
      <Panel
        id="instances"
        title="Running instances"
        aside={
          <OperationMenu
            label="Do to all of them"
            kinds={["retry", "skip", "suspend", "resume", "variables", "modify", "migrate", "cancel"]}
            target={{ filter: { ...filter, ...(element ? { element } : {}) } }}
            process={process}
            version={version}
            active={element ? [element] : tokens.map((token) => token.element)}
            disabled={reading.data?.pages[0]?.items.length === 0}
          />
        }
      >
        <Instances nameOf={nameOf} reading={reading} sort={sort} onSort={onSort} />
      </Panel>
    </>
  );
}

const columnsOf = (nameOf: (element: string) => string): readonly Column<Instance>[] => [
  {
    id: "id",
    header: "Instance",
    width: 130,
    cell: ({ id }) => (
      <Link to="/processes/instances/$instance" params={{ instance: id }}>
        {id}
      </Link>
    ),
    by: ({ id }) => id,
  },
  { id: "state", header: "State", width: 110, cell: ({ state }) => <Status of={state} />, by: ({ state }) => state },
  {
    id: "for",
    header: "For",
    width: 130,
    cell: ({ business_key }) => <BusinessKey of={business_key} />,
    by: ({ business_key }) => business_key ?? "",
  },
  {
    id: "active",
    header: "Stands at",
    width: 260,
    grow: true,
    cell: ({ active }) => [...new Set(active)].map(nameOf).join(", "),
    by: ({ active }) => active.join(),
  },
  {
    id: "began",
    header: "Began",
    width: 120,
    cell: ({ started_at }) => <When at={started_at} />,
    by: ({ started_at }) => started_at ?? "",
  },
];

const CSV: readonly CsvColumn<Instance>[] = [
  { header: "instance", value: ({ id }) => id },
  { header: "process", value: ({ process }) => process },
  { header: "version", value: ({ version }) => version },
  { header: "state", value: ({ state }) => state },
  { header: "for", value: ({ business_key }) => business_key },
  { header: "stands_at", value: ({ active }) => [...new Set(active)].join(" ") },
  { header: "began", value: ({ started_at }) => started_at },
];

interface InstancesProps {
  readonly nameOf: (element: string) => string;
  readonly reading: UseInfiniteQueryResult<InfiniteData<{ items: Instance[] }>>;
  readonly sort: string | undefined;
  readonly onSort: (sort: string | undefined) => void;
}

function Instances({ nameOf, reading, sort, onSort }: InstancesProps) {
  const navigate = route.useNavigate();
  const columns = useMemo(() => columnsOf(nameOf), [nameOf]);
  return (
    <List
      noun="instance"
      reading={reading}
      columns={columns}
      csv={CSV}
      idOf={({ id }) => id}
      current={undefined}
      onOpen={({ id }) => void navigate({ to: "/processes/instances/$instance", params: { instance: id } })}
      sort={sort}
      onSort={onSort}
      none="Those that have ended lately are under “Ended”."
      height="50vh"
    />
  );
}
