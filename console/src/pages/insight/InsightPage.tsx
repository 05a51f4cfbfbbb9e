import { Group, Select, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { newestEvents } from "../../api/queries";
import { Page, Panel } from "../../components/Page";
import { Empty, Loading, Reading } from "../../components/states";
import { When } from "../../components/When";
import { span } from "../../lib/time";
import { count, words } from "../../lib/words";
import { mapOf, type ProcessMap } from "./map";
import { InsightSections } from "./Sections";

const MapView = lazy(() => import("./MapView"));
const route = getRouteApi("/insight/map");
const MANY = ["2000", "10000", "50000"] as const;

/** The map of what orders went through: made of what happened, not of the model. */
export function InsightPage() {
  const { entries = "10000" } = route.useSearch();
  const navigate = route.useNavigate();
  const reading = useQuery(newestEvents(Number(entries)));
  return (
    <Page
      title="Process map"
      actions={<InsightSections />}
      aside={
        <Select
          aria-label="How far back"
          size="xs"
          w={210}
          value={entries}
          onChange={(value) =>
            void navigate({ search: { entries: MANY.find((each) => each === value) }, replace: true })
          }
          data={MANY.map((value) => ({ value, label: `newest ${Number(value).toLocaleString("en")} journal entries` }))}
          allowDeselect={false}
        />
      }
    >
      <Reading of={reading} rows={10}>
        {(events) => <Shown events={events} />}
      </Reading>
    </Page>
  );
}

function Shown({ events }: { events: Parameters<typeof mapOf>[0] }) {
  const map = useMemo(() => mapOf(events), [events]);
  if (map.steps.length === 0) return <Empty title="No order has gone through anything yet" />;
  return (
    <>
      <Text size="sm" className="muted">
        {count(map.orders, "order")} since <When at={events[0]?.time} />. A thick arrow is gone often, a red one takes
        long.
      </Text>
      <Panel>
        <Suspense fallback={<Loading rows={10} />}>
          <MapView map={map} />
        </Suspense>
      </Panel>
      <Panel id="ways" title="What follows what">
        <Ways of={map} />
      </Panel>
    </>
  );
}

const short = (step: string): string => words(step.split(".")[1] ?? step);

function Ways({ of }: { of: ProcessMap }) {
  const ways = of.ways.toSorted((a, b) => b.count - a.count);
  return (
    <Group px="md" pb="md">
      <Table aria-label="What follows what, how often and after how long">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>After</Table.Th>
            <Table.Th>came</Table.Th>
            <Table.Th className="num">Times</Table.Th>
            <Table.Th className="num">Median time</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {ways.map(({ from, to, count: times, median }) => (
            <Table.Tr key={`${from} ${to}`}>
              <Table.Td>{short(from)}</Table.Td>
              <Table.Td>{short(to)}</Table.Td>
              <Table.Td className="num">{times.toLocaleString("en")}</Table.Td>
              <Table.Td className="num">{span(median)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Group>
  );
}
