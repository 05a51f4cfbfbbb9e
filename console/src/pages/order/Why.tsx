import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { orderWaiting } from "../../api/queries";
import type { Order, Wait } from "../../api/types";
import { LinkButton } from "../../components/LinkButton";
import { Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { Deadline, When } from "../../components/When";
import { reasons, sentence } from "../../diagram/waiting";
import { day } from "../../lib/time";
import { count } from "../../lib/words";

/** The answer to “why is it waiting”: for what, since when, until when, who can help, and the way there. */
export function Why({ order }: { order: Order }) {
  const reading = useQuery(orderWaiting(order.id));
  return (
    <Panel id="why" title="Why is it waiting?">
      <Reading of={reading} rows={2}>
        {({ instances }) => {
          const waits = reasons(instances);
          if (waits.length === 0)
            return (
              <Text px="md" pb="md">
                It does not wait: its process has ended.
              </Text>
            );
          return (
            <Stack gap="sm" px="md" pb="md">
              <Supply of={order} />
              {waits.map((wait) => (
                <Answer key={`${wait.element} ${wait.key}`} wait={wait} />
              ))}
            </Stack>
          );
        }}
      </Reading>
    </Panel>
  );
}

/** Units that wait for supply, and until when: where there are some, they are the answer behind the process. */
function Supply({ of: { lines } }: { of: Order }) {
  const waiting = lines.filter(({ backordered }) => backordered > 0);
  const [first] = waiting;
  if (!first) return null;
  const units = waiting.reduce((sum, { backordered }) => sum + backordered, 0);
  return (
    <Group justify="space-between" wrap="nowrap" align="start">
      <div>
        <Text>
          {count(units, "unit")} {units === 1 ? "waits" : "wait"} for supply:{" "}
          {waiting.slice(0, 6).map(({ line, item, backordered }, at) => (
            <Fragment key={line}>
              {at > 0 && ", "}
              <Link to="/availability" search={{ item }}>
                {item}
              </Link>{" "}
              ({backordered})
            </Fragment>
          ))}
          {waiting.length > 6 && ` and ${waiting.length - 6} more`}
        </Text>
        <Text size="sm" className="muted">
          {waiting.some(({ promise }) => !promise)
            ? units === 1
              ? "no supply with a date is in sight"
              : "not all of them have a date"
            : `the last is promised for ${day(
                waiting
                  .map(({ promise }) => promise ?? "")
                  .sort()
                  .at(-1) ?? "",
              )}`}
        </Text>
      </div>
      <LinkButton to="/availability" search={{ show: "backorders", item: first.item }} size="xs" variant="default">
        Who else waits
      </LinkButton>
    </Group>
  );
}

export function Answer({ wait }: { wait: Wait }) {
  const { exception, effect, since, until, who } = wait;
  return (
    <Group justify="space-between" wrap="nowrap" align="start">
      <div>
        <Text>{sentence(wait)}</Text>
        <Text size="sm" className="muted">
          since <When at={since} />
          {exception ? (
            <>
              {" · "}due <Deadline from={since} due={exception.resolve_by} /> ·{" "}
              {exception.assignee ? `claimed by ${exception.assignee}` : `for ${who.replaceAll("_", " ")}`}
            </>
          ) : (
            <>
              {until && (
                <>
                  {" · "}its time ends <When at={until} />
                </>
              )}
              {" · "}
              {who.replaceAll("_", " ")}
            </>
          )}
        </Text>
      </div>
      {exception && (
        <LinkButton to="/exceptions" search={{ case: exception.id }} size="xs">
          Decide on {exception.id}
        </LinkButton>
      )}
      {effect?.system && (
        <LinkButton to="/systems" search={{ open: effect.system }} size="xs" variant="default">
          Look at {effect.system}
        </LinkButton>
      )}
    </Group>
  );
}
