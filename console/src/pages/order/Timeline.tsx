import { Code, Group, Switch, Text, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { orderTimeline } from "../../api/queries";
import { Panel } from "../../components/Page";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import { type Entry, timeline } from "./timeline";

/** Everything that happened to an order, with who and why. */
export function Timeline({ order }: { order: string }) {
  const reading = useQuery(orderTimeline(order));
  const [all, setAll] = useState(false);
  return (
    <Panel
      id="timeline"
      title="Timeline"
      aside={
        <Switch
          size="xs"
          label="Book-keeping too"
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
      }
    >
      <div
        style={{ padding: "8px 16px 12px", maxHeight: "70vh", overflowY: "auto" }}
        tabIndex={0}
        role="region"
        aria-label="Events of the order"
      >
        <Reading of={reading} rows={8}>
          {({ events }) => {
            const entries = timeline(events).filter(({ isDetail }) => all || !isDetail);
            if (entries.length === 0) return <Empty title="Nothing has happened yet" />;
            return (
              <ol className="timeline">
                {entries.map((entry) => (
                  <Item key={entry.id} entry={entry} />
                ))}
              </ol>
            );
          }}
        </Reading>
      </div>
    </Panel>
  );
}

function Item({ entry }: { entry: Entry }) {
  const { actor, at, events, outcome, reason, title } = entry;
  return (
    <li>
      <Text size="sm" fw={550}>
        {title}
      </Text>
      {outcome && <Text size="sm">{outcome}</Text>}
      {reason && <Text size="sm">“{reason}”</Text>}
      <Group gap={6}>
        <Text size="xs" className="muted">
          <When at={at} /> · {actor === "process" ? "by the process" : `by ${actor}`}
        </Text>
        <Tooltip
          label={`${events[0]?.type} ${events[0]?.id}${events.length > 1 ? ` and ${events.length - 1} more` : ""}`}
        >
          <Code fz={10} tabIndex={0}>
            {events[0]?.id}
          </Code>
        </Tooltip>
      </Group>
    </li>
  );
}
