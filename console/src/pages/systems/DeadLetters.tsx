import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { tell } from "../../api/problem";
import { deadLetters } from "../../api/queries";
import { mayNotPost } from "../../api/rights";
import type { DeadLetter } from "../../api/types";
import { type Column, Grid } from "../../components/Grid";
import { GuardedButton } from "../../components/GuardedButton";
import { CsvButton, inAll } from "../../components/List";
import { Refusal } from "../../components/Refusal";
import { Empty, Failure, Loading, Reading } from "../../components/states";
import { useRows } from "../../components/useRows";
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
  const reading = useInfiniteQuery(deadLetters(capability ? { capability } : {}));
  const { rows: items, more, readAll } = useRows(reading);
  const total = reading.data?.pages[0]?.total;
  const why = mayNotPost("/v1/dead-letters/replay", useMe());
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<DeadLetter>();
  const [replaying, setReplaying] = useState<readonly string[]>();
  const [isReading, setReading] = useState(false);
  const columns = useMemo(() => columnsOf(why, setShown, (id) => setReplaying([id])), [why]);

  /** All means all that there are, not those that were scrolled to. */
  async function selectAll(): Promise<void> {
    setReading(true);
    try {
      setSelected(new Set((await readAll()).map(({ id }) => id)));
    } catch (error) {
      notifications.show({ title: "They could not all be read", message: tell(error).detail, color: "red" });
    } finally {
      setReading(false);
    }
  }
  if (!items)
    return reading.isError ? (
      <Failure error={reading.error} again={() => void reading.refetch()} />
    ) : (
      <Loading rows={8} />
    );
  if (items.length === 0)
    return (
      <Empty title="There are no dead letters">Everything that was to be delivered was, or is still being tried.</Empty>
    );
  return (
    <>
      <Group px="md" py="xs">
        <Text size="sm" role="status">
          {count(items.length, "dead letter")}
          {reading.hasNextPage && total && ` of ${inAll(total)}`} shown
        </Text>
        <GuardedButton why={why} size="xs" disabled={selected.size === 0} onClick={() => setReplaying([...selected])}>
          Send {count(selected.size, "letter")} again …
        </GuardedButton>
        <Button
          size="xs"
          variant="default"
          loading={isReading}
          onClick={() => (selected.size > 0 ? setSelected(new Set()) : void selectAll())}
        >
          {selected.size > 0 ? "Select none" : "Select all"}
        </Button>
        <CsvButton name="dead letters" rows={items} columns={CSV} all={readAll} />
      </Group>
      <Grid
        label="Dead letters"
        rows={items}
        columns={columns}
        idOf={({ id }) => id}
        height="calc(100vh - 260px)"
        onOpen={setShown}
        selected={selected}
        onSelect={setSelected}
        onEnd={more}
      />
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
  );
}

const columnsOf = (
  why: string | undefined,
  onLook: (letter: DeadLetter) => void,
  onReplay: (id: string) => void,
): readonly Column<DeadLetter>[] => [
  { id: "id", header: "Letter", width: 110, cell: ({ id }) => <b>{id}</b> },
  {
    id: "capability",
    header: "For",
    width: 190,
    cell: ({ capability, route: way }) => `${capability}${way && ` (${way})`}`,
  },
  {
    id: "order",
    header: "Order",
    width: 90,
    cell: ({ order }) =>
      order ? (
        <Link to="/orders/$order" params={{ order }}>
          {order}
        </Link>
      ) : (
        "–"
      ),
  },
  { id: "cause", header: "Cause", width: 240, grow: true, cell: ({ cause }) => <span title={cause}>{cause}</span> },
  { id: "asked", header: "Asked for", width: 120, cell: ({ requested_at }) => <When at={requested_at} /> },
  {
    id: "buttons",
    header: "",
    width: 190,
    cell: (letter) => (
      <Group gap={6} wrap="nowrap">
        <Button size="compact-xs" variant="default" onClick={() => onLook(letter)}>
          Look
        </Button>
        <GuardedButton why={why} size="compact-xs" variant="default" onClick={() => onReplay(letter.id)}>
          Send again …
        </GuardedButton>
      </Group>
    ),
  },
];

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
