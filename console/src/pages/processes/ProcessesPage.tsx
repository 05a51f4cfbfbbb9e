import { Group, Select, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { instances, processes } from "../../api/queries";
import type { Instance, ProcessVersion } from "../../api/types";
import { Status } from "../../components/badges";
import { FieldFilter } from "../../components/FieldFilter";
import { Page, Panel } from "../../components/Page";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import { ProcessDiagram } from "../../diagram/ProcessDiagram";
import { count, words } from "../../lib/words";
import { tokensAt } from "./counts";

const route = getRouteApi("/processes");

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
        <Select
          aria-label="State"
          placeholder="State"
          clearable
          value={search.state ?? null}
          onChange={(value) => set({ state: value ?? undefined })}
          data={["running", "suspended"].map((value) => ({ value, label: words(value) }))}
          w={140}
        />
        <FieldFilter label="Order or other key" value={search.key} onChange={(key) => set({ key })} width={220} />
        <Text size="sm" className="muted">
          deployed <When at={shown.deployed_at} />
        </Text>
      </Group>
      <Running
        process={process}
        version={shown.version}
        element={search.element}
        state={search.state}
        businessKey={search.key}
        onElement={(element) => set({ element })}
      />
    </>
  );
}

interface RunningProps {
  readonly process: string;
  readonly version: number;
  readonly element: string | undefined;
  readonly state: string | undefined;
  readonly businessKey: string | undefined;
  readonly onElement: (element: string | undefined) => void;
}

function Running({ process, version, element, state, businessKey, onElement }: RunningProps) {
  const filter = {
    process,
    version,
    ...(state ? { state } : {}),
    ...(businessKey ? { business_key: businessKey } : {}),
  };
  const reading = useQuery(instances(filter));
  const items = reading.data?.items;
  const tokens = useMemo(() => tokensAt(items ?? []), [items]);
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
                {words(token.element)} {token.count}
              </Link>
            ))}
            {element && (
              <Link from="/processes" search={(before) => ({ ...before, element: undefined })}>
                all
              </Link>
            )}
          </Group>
          {reading.data?.next && (
            <Text size="xs" className="muted">
              Counted are the newest 500 instances.
            </Text>
          )}
        </div>
      </Panel>
      <Panel
        id="instances"
        title="Running instances"
        aside={
          items && (
            <Text size="sm">
              {count(items.filter(({ active }) => !element || active.includes(element)).length, "instance")}
            </Text>
          )
        }
      >
        <Reading of={reading}>
          {({ items: all }) => <Instances of={element ? all.filter(({ active }) => active.includes(element)) : all} />}
        </Reading>
      </Panel>
    </>
  );
}

function Instances({ of: all }: { of: readonly Instance[] }) {
  if (all.length === 0)
    return <Empty title="Nothing runs here">Instances that have ended are in the timelines of their orders.</Empty>;
  return (
    <Table.ScrollContainer minWidth={600} maxHeight="50vh">
      <Table stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Instance</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>For</Table.Th>
            <Table.Th>Stands at</Table.Th>
            <Table.Th>Began</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {all.map(({ id, state, business_key, active, started_at }) => (
            <Table.Tr key={id}>
              <Table.Td>
                <Link to="/processes/instances/$instance" params={{ instance: id }}>
                  {id}
                </Link>
              </Table.Td>
              <Table.Td>
                <Status of={state} />
              </Table.Td>
              <Table.Td>
                {business_key?.startsWith("SO-") ? (
                  <Link to="/orders/$order" params={{ order: business_key }}>
                    {business_key}
                  </Link>
                ) : (
                  (business_key ?? "–")
                )}
              </Table.Td>
              <Table.Td>{[...new Set(active)].map(words).join(", ")}</Table.Td>
              <Table.Td>
                <When at={started_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
