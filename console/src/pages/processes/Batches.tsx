import { Button, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { batches, batch as batchOf } from "../../api/queries";
import type { Batch } from "../../api/types";
import { Status } from "../../components/badges";
import { GuardedButton } from "../../components/GuardedButton";
import { Heads } from "../../components/Heads";
import { CsvButton } from "../../components/List";
import { Panel } from "../../components/Page";
import { Refusal } from "../../components/Refusal";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { words } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { mayNotOperate } from "./operation";

const CSV: readonly CsvColumn<Batch>[] = [
  { header: "batch", value: ({ id }) => id },
  { header: "operation", value: ({ operation }) => operation },
  { header: "filter", value: ({ filter }) => filter },
  { header: "by", value: ({ by }) => by },
  { header: "reason", value: ({ reason }) => reason },
  { header: "begun_at", value: ({ begun_at }) => begun_at },
  { header: "status", value: ({ status }) => status },
  { header: "done", value: ({ done }) => done },
  { header: "total", value: ({ total }) => total },
  { header: "failed", value: ({ failed }) => failed },
];

/** Operations on many instances: how far each is, by whom and why, and the way to stop it. */
export function Batches() {
  const reading = useQuery(batches);
  const why = mayNotOperate(useMe());
  const [open, setOpen] = useState<string>();
  const stop = useChange(
    (batch: string, idempotencyKey) => post("/v1/batches/{batch}/stop", { path: { batch }, body: {}, idempotencyKey }),
    ["instances"],
  );
  if (reading.data?.items.length === 0) return null;
  return (
    <Panel
      id="batches"
      title="Operations on many"
      aside={<CsvButton name="batches" rows={reading.data?.items ?? []} columns={CSV} />}
    >
      {stop.isError && <Refusal error={stop.error} />}
      <Reading of={reading} rows={2}>
        {({ items }) => (
          <Table.ScrollContainer minWidth={760} maxHeight="40vh">
            <Table>
              <Heads of={["Batch", "What", "Which", "By", "Why", "Begun", { num: "Done" }, { num: "Failed" }, ""]} />
              <Table.Tbody>
                {items.map((batch) => (
                  <Row
                    key={batch.id}
                    batch={batch}
                    why={why}
                    isOpen={open === batch.id}
                    onOpen={() => setOpen(open === batch.id ? undefined : batch.id)}
                    onStop={() =>
                      stop.mutate(batch.id, {
                        onSuccess: () => void notifications.show({ message: `${batch.id} stops`, color: "dock" }),
                      })
                    }
                  />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Reading>
    </Panel>
  );
}

interface RowProps {
  readonly batch: Batch;
  readonly why: string | undefined;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
  readonly onStop: () => void;
}

function Row({ batch, why, isOpen, onOpen, onStop }: RowProps) {
  return (
    <>
      <Table.Tr>
        <Table.Td>{batch.id}</Table.Td>
        <Table.Td>{words(batch.operation)}</Table.Td>
        <Table.Td>{batch.filter}</Table.Td>
        <Table.Td>{batch.by}</Table.Td>
        <Table.Td>{batch.reason || "–"}</Table.Td>
        <Table.Td>
          <When at={batch.begun_at} />
        </Table.Td>
        <Table.Td className="num">
          {batch.done} of {batch.total}
        </Table.Td>
        <Table.Td className={`num ${batch.failed > 0 ? "late" : ""}`}>{batch.failed}</Table.Td>
        <Table.Td>
          {batch.status === "running" ? (
            <GuardedButton why={why} size="compact-xs" variant="light" color="red" onClick={onStop}>
              Stop
            </GuardedButton>
          ) : (
            <Status of={batch.status} />
          )}{" "}
          {batch.failed > 0 && (
            <Button size="compact-xs" variant="subtle" aria-expanded={isOpen} onClick={onOpen}>
              Why
            </Button>
          )}
        </Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={9}>
            <Failures of={batch.id} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

function Failures({ of }: { of: string }) {
  const reading = useQuery(batchOf(of));
  return (
    <Reading of={reading} rows={2}>
      {({ failures }) =>
        (failures ?? []).map(({ instance, cause }) => (
          <Text key={instance} size="sm">
            <b>{instance}</b> {cause}
          </Text>
        ))
      }
    </Reading>
  );
}
