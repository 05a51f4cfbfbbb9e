import { Alert, Button, Group, Modal, Progress, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { get } from "../../api/client";
import type { Chain } from "../../api/types";
import { Refusal } from "../../components/Refusal";
import { count } from "../../lib/words";

interface Checked {
  readonly entries: number;
  readonly last: Chain;
}

/** Checks part after part until the end, or until something does not fit. */
async function checkAll(told: (done: Checked) => void, signal: AbortSignal): Promise<Checked> {
  let [entries, after]: [number, number | undefined] = [0, 0];
  for (;;) {
    const last: Chain = await get("/v1/audit/chain", { query: { after }, signal });
    entries += last.entries;
    told({ entries, last });
    if (last.next === undefined || last.next === null) return { entries, last };
    after = last.next;
  }
}

/** A button that proves that nobody has altered the record: each entry of the journal follows from the one before. */
export function ChainCheck() {
  const [opened, setOpened] = useState(false);
  const [done, setDone] = useState<Checked>();
  const stop = useRef(new AbortController());
  const check = useMutation({ mutationFn: () => checkAll(setDone, stop.current.signal) });
  function begin(): void {
    stop.current = new AbortController();
    setDone(undefined);
    setOpened(true);
    check.mutate();
  }
  return (
    <>
      <Button variant="default" onClick={begin}>
        Check the chain
      </Button>
      <Modal
        opened={opened}
        onClose={() => {
          stop.current.abort();
          setOpened(false);
        }}
        title={<Text fw={650}>Has anybody altered the record?</Text>}
        size="lg"
      >
        <Stack gap="sm">
          <Text size="sm">
            Each entry of the journal holds a hash over itself and everything before it. All of them are worked out
            again and compared.
          </Text>
          {check.isPending && (
            <Progress
              aria-label="Entries checked"
              value={done ? (100 * done.last.sound.position) / Math.max(1, done.last.head.position) : 0}
            />
          )}
          {check.isError && !stop.current.signal.aborted && <Refusal error={check.error} />}
          {check.data && <Result of={check.data} />}
        </Stack>
      </Modal>
    </>
  );
}

function Result({ of: { entries, last } }: { of: Checked }) {
  if (!last.intact)
    return (
      <Alert color="red" title="The record was altered">
        <Text size="sm">{last.difference?.cause}</Text>
        <Text size="sm">What to do: {last.difference?.mend}.</Text>
      </Alert>
    );
  return (
    <Alert color="green" title="The record is whole">
      <Text size="sm">
        {count(entries, "entry", "entries")} checked; each follows from the one before. Keep the last hash elsewhere,
        and it proves later that nothing up to here was altered:
      </Text>
      <Group gap="xs" mt="xs">
        <Text size="sm">{last.sound.position}</Text>
        <code style={{ overflowWrap: "anywhere" }}>{last.sound.hash}</code>
      </Group>
    </Alert>
  );
}
