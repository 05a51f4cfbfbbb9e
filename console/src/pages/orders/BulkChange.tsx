import { Button, Group, Modal, Select, Stack, Table, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newKey, post } from "../../api/client";
import { OF_ORDERS, refresh } from "../../api/mutations";
import { tell } from "../../api/problem";
import { mayNotPost } from "../../api/rights";
import { Amounts } from "../../components/Amount";
import { Heads } from "../../components/Heads";
import { sums } from "../../lib/money";
import { count, words } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import type { OrderRow } from "./row";

type Act = "hold" | "cancel";
const ENDED: ReadonlySet<string> = new Set(["closed", "cancelled", "rejected"]);

/** Why nothing can be done to an order any more. */
function obstacle(row: OrderRow, act: Act): string | undefined {
  if (ENDED.has(row.status)) return `it is ${words(row.status).toLowerCase()}`;
  if (row.shipped >= row.units) return "all of it has shipped";
  return act === "hold" && row.holds.includes("manual") ? "it is held already" : undefined;
}

function run(act: Act, order: string, reason: string): Promise<unknown> {
  const options = { path: { order }, body: { reason }, idempotencyKey: newKey() };
  return act === "hold" ? post("/v1/orders/{order}/holds", options) : post("/v1/orders/{order}/cancellations", options);
}

/** Holds or cancels many orders: first what would happen to each, then one by one, and each result is told. */
export function BulkChange({ chosen: orders, onClose }: { chosen: readonly OrderRow[]; onClose: () => void }) {
  const client = useQueryClient();
  const me = useMe();
  // as they were when they were chosen: what is done to them changes what the list has of them
  const [chosen] = useState(orders);
  const whyNot: Record<Act, string | undefined> = {
    hold: mayNotPost("/v1/orders/{order}/holds", me),
    cancel: mayNotPost("/v1/orders/{order}/cancellations", me),
  };
  const [act, setAct] = useState<Act>(whyNot.hold ? "cancel" : "hold");
  const [reason, setReason] = useState("");
  const [results, setResults] = useState<ReadonlyMap<string, string>>();
  const [busy, setBusy] = useState(false);
  const possible = chosen.filter((row) => !obstacle(row, act));

  async function go(): Promise<void> {
    setBusy(true);
    const all = new Map<string, string>();
    for (const { id } of possible) {
      try {
        await run(act, id, reason.trim());
        all.set(id, "");
      } catch (error) {
        all.set(id, tell(error).detail);
      }
      setResults(new Map(all));
    }
    await refresh(client, OF_ORDERS);
    setBusy(false);
  }

  return (
    <Modal
      opened
      onClose={() => !busy && onClose()}
      title={<Text fw={650}>Hold or cancel {count(chosen.length, "order")}</Text>}
      size="xl"
    >
      <Stack>
        <Group align="start" grow>
          <Select
            label="What"
            data={[
              { value: "hold", label: "Hold them", disabled: whyNot.hold !== undefined },
              { value: "cancel", label: "Cancel what has not shipped", disabled: whyNot.cancel !== undefined },
            ]}
            description={whyNot.hold ?? whyNot.cancel}
            value={act}
            onChange={(value) => setAct(value === "cancel" ? "cancel" : "hold")}
            allowDeselect={false}
            disabled={results !== undefined}
          />
          <Textarea
            label="Reason"
            description="It goes on the record of each."
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            required
            autosize
            minRows={1}
            disabled={results !== undefined}
          />
        </Group>
        <Text size="sm" role="status">
          {results ? (
            `${[...results.values()].filter((why) => why === "").length} of ${possible.length} done`
          ) : (
            <>
              {count(possible.length, "order")}, worth <Amounts of={sums(possible.map(({ net }) => net))} /> net, will
              be {act === "hold" ? "held" : "cancelled"}.
            </>
          )}
        </Text>
        <div style={{ maxHeight: 320, overflow: "auto" }}>
          <Table>
            <Heads of={["Order", "Status", results ? "Result" : "What will happen"]} />
            <Table.Tbody>
              {chosen.map((row) => (
                <Table.Tr key={row.id}>
                  <Table.Td>{row.id}</Table.Td>
                  <Table.Td>{words(row.status)}</Table.Td>
                  <Table.Td>
                    <Outcome row={row} act={act} result={results?.get(row.id)} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
        <Group justify="end">
          {results && !busy ? (
            <Button onClick={onClose}>Close</Button>
          ) : (
            <Button
              color={act === "cancel" ? "red" : "dock"}
              loading={busy}
              disabled={possible.length === 0 || reason.trim() === ""}
              onClick={() => void go()}
            >
              {act === "hold" ? "Hold" : "Cancel"} {count(possible.length, "order")}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Outcome({ row, act, result }: { row: OrderRow; act: Act; result: string | undefined }) {
  const why = obstacle(row, act);
  if (result === "") return <span className="good">Done</span>;
  if (result !== undefined) return <span className="late">{result}</span>;
  if (why) return <span className="soon">Left alone: {why}</span>;
  return (
    <>
      {act === "hold"
        ? "Held until somebody releases it"
        : `${row.units - row.shipped} units cancelled, or asked back from the warehouse`}
    </>
  );
}
