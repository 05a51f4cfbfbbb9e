import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";
import { availability } from "../../api/queries";
import type { Availability } from "../../api/types";
import { Panel } from "../../components/Page";
import { Loading, Reading } from "../../components/states";
import { day } from "../../lib/time";
import { count } from "../../lib/words";
import { stepsOf } from "./steps";

const Chart = lazy(() => import("../../components/Chart"));

/** What can be promised of one item over time, and the answer to “what if”. */
export function ItemPanel({ item, quantity }: { item: string; quantity: number | undefined }) {
  const reading = useQuery(availability({ item, ...(quantity ? { quantity } : {}) }));
  return (
    <Panel
      id="promise"
      title="What can be promised"
      aside={
        <Text size="sm" className="muted">
          later commitments are not robbed
        </Text>
      }
    >
      <Reading of={reading}>{(data) => <Answer of={data} quantity={quantity} />}</Reading>
    </Panel>
  );
}

function Answer({ of, quantity }: { of: Availability; quantity: number | undefined }) {
  const { categories, series } = useMemo(() => stepsOf(of.nodes), [of.nodes]);
  return (
    <>
      <Group px="md" pb="xs" gap="xl">
        <Text>
          <b>{count(of.available, "unit")}</b> can be promised now
          {of.nodes.length > 1 && `: ${of.nodes.map(({ node, available }) => `${available} from ${node}`).join(", ")}`}
        </Text>
        {quantity !== undefined && (
          <Text className={of.promise ? "good" : "late"}>
            {of.promise
              ? `${count(quantity, "unit")} can leave on ${day(of.promise)}`
              : `${count(quantity, "unit")} cannot be promised: no supply is in sight`}
          </Text>
        )}
      </Group>
      {categories.length < 2 ? (
        <Text px="md" pb="md" className="muted">
          No delivery and no commitment changes that in time.
        </Text>
      ) : (
        <Suspense fallback={<Loading />}>
          <Chart
            title={`Units of ${of.item} that can be promised, by warehouse`}
            categories={categories.map(day)}
            series={series}
            kind="steps"
            height={220}
          />
        </Suspense>
      )}
    </>
  );
}
