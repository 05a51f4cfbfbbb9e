import { Drawer, Group, SimpleGrid, Table, Tabs, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { deadLetters, systems } from "../../api/queries";
import type { System } from "../../api/types";
import { Tag } from "../../components/badges";
import { Heads } from "../../components/Heads";
import { CsvButton, inAll } from "../../components/List";
import { Fact, Page, Panel } from "../../components/Page";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { span } from "../../lib/time";
import { count } from "../../lib/words";
import { Calls } from "./Calls";
import { DeadLetters } from "./DeadLetters";
import { stateMeans, stateTone, stateWords } from "./health";
import { Jobs } from "./Jobs";

const route = getRouteApi("/systems");
/** Beside the systems themselves. */
const TABS = ["dead-letters", "jobs"] as const;

/** Each connected system: what it does, how it is, what waits for it; what could not be delivered; and jobs of workers. */
export function SystemsPage() {
  const { tab = "systems", open } = route.useSearch();
  const navigate = route.useNavigate();
  const reading = useQuery(systems);
  const dead = useInfiniteQuery(deadLetters({})).data?.pages[0]?.total;
  const shown = reading.data?.systems.find(({ name }) => name === open);
  const set = (name: string | undefined): void =>
    void navigate({ search: (before) => ({ ...before, open: name }), replace: true });
  return (
    <Page title="Systems">
      <Panel>
        <Tabs
          value={tab}
          onChange={(next) =>
            void navigate({
              search: (before) => ({
                ...before,
                tab: TABS.find((each) => each === next),
                open: undefined,
                sort: undefined,
              }),
              replace: true,
            })
          }
          keepMounted={false}
        >
          <Tabs.List>
            <Tabs.Tab value="systems">Systems</Tabs.Tab>
            <Tabs.Tab
              value="dead-letters"
              rightSection={dead && dead.count > 0 ? <Tag tone="red">{inAll(dead) ?? ""}</Tag> : null}
            >
              Dead letters
            </Tabs.Tab>
            <Tabs.Tab value="jobs">Jobs of workers</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="systems">
            <Reading of={reading}>
              {({ systems: all }) => (
                <>
                  <Group justify="end" px="md" pt="xs">
                    <CsvButton name="systems" rows={all} columns={CSV} />
                  </Group>
                  <AllSystems of={all} onOpen={set} />
                </>
              )}
            </Reading>
          </Tabs.Panel>
          <Tabs.Panel value="dead-letters">
            <DeadLetters />
          </Tabs.Panel>
          <Tabs.Panel value="jobs">
            <Jobs />
          </Tabs.Panel>
        </Tabs>
      </Panel>
      <Drawer
        opened={shown !== undefined}
        onClose={() => set(undefined)}
        position="right"
        size="xl"
        title={<Text fw={650}>{shown?.name}</Text>}
      >
        {shown && (
          <Tabs defaultValue="health" keepMounted={false}>
            <Tabs.List mb="sm">
              <Tabs.Tab value="health">How it is</Tabs.Tab>
              <Tabs.Tab value="calls">Calls</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="health">
              <Details of={shown} />
            </Tabs.Panel>
            <Tabs.Panel value="calls">
              <Calls of={shown.name} />
            </Tabs.Panel>
          </Tabs>
        )}
      </Drawer>
    </Page>
  );
}

const CSV: readonly CsvColumn<System>[] = [
  { header: "system", value: ({ name }) => name },
  { header: "circuit", value: ({ circuit }) => circuit },
  { header: "capabilities", value: ({ capabilities }) => capabilities.join(" ") },
  { header: "queued", value: ({ queued }) => queued },
  { header: "in_flight", value: ({ in_flight }) => in_flight },
  { header: "delivered", value: ({ delivered }) => delivered },
  { header: "retried", value: ({ retried }) => retried },
  { header: "failed", value: ({ failed }) => failed },
  { header: "outages", value: ({ outages_total }) => outages_total },
  { header: "last_error", value: ({ last_error }) => last_error },
];

function State({ of }: { of: System }) {
  return <Tag tone={stateTone(of)}>{stateWords(of)}</Tag>;
}

function AllSystems({ of: all, onOpen }: { of: readonly System[]; onOpen: (name: string) => void }) {
  if (all.length === 0)
    return (
      <Empty title="No system is connected">
        Systems are named in the configuration; see the reference of systems.
      </Empty>
    );
  return (
    <Table.ScrollContainer minWidth={820}>
      <Table>
        <Heads
          of={[
            "System",
            "State",
            "Does",
            { num: "Waiting" },
            { num: "Under way" },
            { num: "Delivered" },
            { num: "Tried again" },
            { num: "Refused" },
            { num: "Typical / slowest" },
          ]}
        />
        <Table.Tbody>
          {all.map((system) => (
            <Table.Tr key={system.name} onClick={() => onOpen(system.name)} style={{ cursor: "pointer" }}>
              <Table.Td className="nowrap">
                <button type="button" className="plain-link" onClick={() => onOpen(system.name)}>
                  {system.name}
                </button>
              </Table.Td>
              <Table.Td>
                <State of={system} />
              </Table.Td>
              <Table.Td>
                {system.capabilities.join(", ") || <span className="muted">is asked for statements</span>}
              </Table.Td>
              <Table.Td className="num">{system.queued}</Table.Td>
              <Table.Td className="num">{system.in_flight}</Table.Td>
              <Table.Td className="num">{system.delivered}</Table.Td>
              <Table.Td className="num">{system.retried}</Table.Td>
              <Table.Td className={`num ${system.failed > 0 ? "late" : ""}`}>{system.failed}</Table.Td>
              <Table.Td className="num">
                {system.latency_p50_ms === null || system.latency_p50_ms === undefined
                  ? "–"
                  : `${system.latency_p50_ms} / ${system.latency_p99_ms} ms`}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Details({ of: system }: { of: System }) {
  return (
    <>
      <Group gap="sm" mb="sm">
        <State of={system} />
        <Text size="sm">{stateMeans(system)}</Text>
      </Group>
      <SimpleGrid cols={3} component="dl" m={0} mb="md">
        <Fact name="Waiting">{system.queued}</Fact>
        <Fact name="Under way">{system.in_flight}</Fact>
        <Fact name="Delivered">{system.delivered}</Fact>
        <Fact name="Oldest waits since">
          {system.oldest_queued_at ? <When at={system.oldest_queued_at} /> : "nothing waits"}
        </Fact>
        <Fact name="Last call">{system.last_call_at ? <When at={system.last_call_at} /> : "none since the start"}</Fact>
        <Fact name="Answers within (half, 95 %, 99 %)">
          {system.latency_p50_ms === null || system.latency_p50_ms === undefined
            ? "–"
            : `${system.latency_p50_ms} · ${system.latency_p95_ms} · ${system.latency_p99_ms} ms`}
        </Fact>
        <Fact name="Outages">{system.outages_total}</Fact>
        <Fact name="Away in all">{system.down_ms > 0 ? span(system.down_ms) : "never"}</Fact>
        <Fact name="Back after, typically">
          {system.mean_time_to_recovery_ms ? span(system.mean_time_to_recovery_ms) : "–"}
        </Fact>
      </SimpleGrid>
      {system.last_error && (
        <>
          <Text size="sm" fw={600}>
            Last error
          </Text>
          <pre className="document">{system.last_error}</pre>
        </>
      )}
      <Text size="sm" fw={600} mt="md">
        {system.outages.length === 0 ? "No outage is on record" : `The last ${count(system.outages.length, "outage")}`}
      </Text>
      {system.outages.length > 0 && (
        <Table>
          <Heads of={["Began", "Lasted", { num: "Waited" }, "Caught up after"]} />
          <Table.Tbody>
            {system.outages.map((outage) => (
              <Table.Tr key={outage.began_at}>
                <Table.Td>
                  <When at={outage.began_at} />
                </Table.Td>
                <Table.Td>{outage.ended_at ? span(outage.duration_ms) : <span className="late">still</span>}</Table.Td>
                <Table.Td className="num">{count(outage.backlog, "call")}</Table.Td>
                <Table.Td>{outage.recovery_ms ? span(outage.recovery_ms) : "–"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}
