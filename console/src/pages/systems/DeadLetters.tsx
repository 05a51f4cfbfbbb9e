import { Button, Checkbox, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { deadLetters } from "../../api/queries";
import { mayNotPost } from "../../api/rights";
import type { DeadLetter } from "../../api/types";
import { GuardedButton } from "../../components/GuardedButton";
import { CsvButton } from "../../components/List";
import { Refusal } from "../../components/Refusal";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { count } from "../../lib/words";
import { useMe } from "../../shell/useSession";

const route = getRouteApi("/systems");

const CSV: readonly CsvColumn<DeadLetter>[] = [
  { header: "letter", value: ({ id }) => id },
  { header: "capability", value: ({ capability }) => capability },
  { header: "route", value: ({ route: way }) => way },
  { header: "order", value: ({ order }) => order },
  { header: "cause", value: ({ cause }) => cause },
  { header: "requested_at", value: ({ requested_at }) => requested_at },
];

/** What could not be delivered. It is sent again under the key that it had, so that a system that has it already takes it once. */
export function DeadLetters() {
  const { capability } = route.useSearch();
  const reading = useQuery(deadLetters(capability ? { capability } : {}));
  const why = mayNotPost("/v1/dead-letters/replay", useMe());
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<DeadLetter>();
  const [replaying, setReplaying] = useState<readonly string[]>();

  function toggle(id: string): void {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  }
  return (
    <Reading of={reading}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="There are no dead letters">
            Everything that was to be delivered was, or is still being tried.
          </Empty>
        ) : (
          <>
            <Group px="md" py="xs">
              <GuardedButton
                why={why}
                size="xs"
                disabled={selected.size === 0}
                onClick={() => setReplaying([...selected])}
              >
                Send {count(selected.size, "letter")} again …
              </GuardedButton>
              <Button
                size="xs"
                variant="default"
                onClick={() =>
                  setSelected(selected.size === items.length ? new Set() : new Set(items.map(({ id }) => id)))
                }
              >
                {selected.size === items.length ? "Select none" : "Select all"}
              </Button>
              <CsvButton name="dead letters" rows={items} columns={CSV} />
            </Group>
            <Table.ScrollContainer minWidth={760}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th w={40} />
                    <Table.Th>Letter</Table.Th>
                    <Table.Th>For</Table.Th>
                    <Table.Th>Order</Table.Th>
                    <Table.Th>Cause</Table.Th>
                    <Table.Th>Asked for</Table.Th>
                    <Table.Th />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((letter) => (
                    <Table.Tr key={letter.id}>
                      <Table.Td>
                        <Checkbox
                          size="xs"
                          aria-label={`Select ${letter.id}`}
                          checked={selected.has(letter.id)}
                          onChange={() => toggle(letter.id)}
                        />
                      </Table.Td>
                      <Table.Td>{letter.id}</Table.Td>
                      <Table.Td>
                        {letter.capability}
                        {letter.route && ` (${letter.route})`}
                      </Table.Td>
                      <Table.Td>
                        {letter.order ? (
                          <Link to="/orders/$order" params={{ order: letter.order }}>
                            {letter.order}
                          </Link>
                        ) : (
                          "–"
                        )}
                      </Table.Td>
                      <Table.Td>{letter.cause}</Table.Td>
                      <Table.Td>
                        <When at={letter.requested_at} />
                      </Table.Td>
                      <Table.Td>
                        <Group gap={6} wrap="nowrap">
                          <Button size="compact-xs" variant="default" onClick={() => setShown(letter)}>
                            Look
                          </Button>
                          <GuardedButton
                            why={why}
                            size="compact-xs"
                            variant="default"
                            onClick={() => setReplaying([letter.id])}
                          >
                            Send again …
                          </GuardedButton>
                        </Group>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            <Modal
              opened={shown !== undefined}
              onClose={() => setShown(undefined)}
              title={<Text fw={650}>What {shown?.id} says</Text>}
              size="lg"
            >
              <pre className="document">{JSON.stringify(shown?.document, null, 2)}</pre>
            </Modal>
            {replaying && (
              <Replay
                ids={replaying}
                onClose={() => {
                  setReplaying(undefined);
                  setSelected(new Set());
                }}
              />
            )}
          </>
        )
      }
    </Reading>
  );
}

const MOVED = ["dead-letters", "systems", "orders", "exceptions", "progress"] as const;

/** First it is asked whether they could be sent, which changes nothing; then they are. */
function Replay({ ids, onClose }: { ids: readonly string[]; onClose: () => void }) {
  const replay = (dry_run: boolean) => (_: readonly string[], idempotencyKey: string) =>
    post("/v1/dead-letters/replay", { body: { ids: [...ids], dry_run }, idempotencyKey });
  const trial = useQuery({
    queryKey: ["replay-trial", ids],
    queryFn: () => replay(true)(ids, `console-${crypto.randomUUID()}`),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const change = useChange(replay(false), MOVED);
  return (
    <Modal opened onClose={onClose} title={<Text fw={650}>Send {count(ids.length, "letter")} again</Text>}>
      <Stack>
        <Reading of={trial} rows={2}>
          {() => (
            <Text size="sm">
              The trial run says that {ids.length === 1 ? "it" : "all of them"} can be sent. The keys stay the same, so
              nothing is done twice.
            </Text>
          )}
        </Reading>
        {change.isError && <Refusal error={change.error} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            Leave them
          </Button>
          <Button
            disabled={!trial.isSuccess}
            loading={change.isPending}
            onClick={() =>
              change.mutate(ids, {
                onSuccess: () => {
                  notifications.show({ message: `${count(ids.length, "letter")} on the way again`, color: "dock" });
                  onClose();
                },
              })
            }
          >
            Send again
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
