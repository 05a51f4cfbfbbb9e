import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { orderWaiting } from "../../api/queries";
import type { Wait } from "../../api/types";
import { LinkButton } from "../../components/LinkButton";
import { Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { Deadline, When } from "../../components/When";
import { reasons, sentence } from "../../diagram/waiting";

/** The answer to “why is it waiting”: for what, since when, until when, who can help, and the way there. */
export function Why({ order }: { order: string }) {
  const reading = useQuery(orderWaiting(order));
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
                  {" · "}until <When at={until} />
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
