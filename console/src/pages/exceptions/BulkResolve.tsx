import { Button, Group, Modal, Select, Stack, Table, Text, Textarea } from "@mantine/core";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newKey } from "../../api/client";
import { decide, refresh } from "../../api/mutations";
import { tell } from "../../api/problem";
import { actionsOn } from "../../api/queries";
import type { Exception, Me } from "../../api/types";
import { Amounts } from "../../components/Amount";
import { Heads } from "../../components/Heads";
import { fromMinor, sums } from "../../lib/money";
import { count, meaning, words } from "../../lib/words";
import { leftAlone, obstacle } from "./bulk";

interface Props {
  readonly chosen: readonly Exception[];
  readonly me: Me;
  readonly currency: string;
  readonly onClose: () => void;
}

type Result = "waits" | "done" | { readonly failed: string };

/** One decision on many cases: first what would happen to each, then it is done one by one, and each result is told. */
export function BulkResolve({ chosen: cases, me, currency, onClose }: Props) {
  const client = useQueryClient();
  // as they were when they were chosen: those that are decided leave the list
  const [chosen] = useState(cases);
  const actions = [...new Set(chosen.flatMap((exception) => exception.actions))];
  const [action, setAction] = useState<string | null>(actions[0] ?? null);
  const [reason, setReason] = useState("");
  const [results, setResults] = useState<ReadonlyMap<string, Result>>();

  // the product says what it would refuse: it knows who placed the order, and how far an authority goes
  const answers = useQueries({ queries: chosen.map(({ id }) => actionsOn(id)) });
  const unknown = answers.filter(({ isPending }) => isPending).length;

  const rows = chosen.map((exception, at) => ({
    exception,
    why: action ? obstacle(exception, action, me, currency, answers[at]?.data?.items) : undefined,
  }));
  const possible = rows.filter(({ why }) => !why).map(({ exception }) => exception);
  const stake = sums(possible.map(({ amount_minor }) => fromMinor(amount_minor, currency)));
  const waiting = results ? [...results.values()].filter((result) => result === "waits").length : 0;
  const isDone = results !== undefined && waiting === 0;

  async function run(): Promise<void> {
    if (!action) return;
    const all = new Map<string, Result>(possible.map(({ id }) => [id, "waits"]));
    setResults(new Map(all));
    for (const { id } of possible) {
      try {
        await decide({ exception: id, action, reason: reason.trim(), details: {} }, newKey());
        all.set(id, "done");
      } catch (error) {
        all.set(id, { failed: tell(error).detail });
      }
      setResults(new Map(all));
    }
    await refresh(client, ["exceptions", "orders", "payments", "progress"]);
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={<Text fw={650}>Decide on {count(chosen.length, "case")}</Text>}
      size="xl"
      closeOnClickOutside={results === undefined || isDone}
    >
      <Stack>
        <Group align="start" grow>
          <Select
            label="Action"
            description={action ? meaning(action) : undefined}
            data={actions.map((each) => ({ value: each, label: words(each) }))}
            value={action}
            onChange={setAction}
            disabled={results !== undefined}
            allowDeselect={false}
          />
          <Textarea
            label="Reason"
            description="It goes on the record of each."
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            disabled={results !== undefined}
            required
            autosize
            minRows={1}
          />
        </Group>
        <Text size="sm" role="status">
          {results ? (
            summary(results)
          ) : unknown > 0 ? (
            `Asking what may be done: ${count(unknown, "case")} to go …`
          ) : (
            <>
              {count(possible.length, "case")} will be decided, with <Amounts of={stake} /> at stake.
              {rows.length > possible.length && ` ${rows.length - possible.length} will be left alone:`}
            </>
          )}
        </Text>
        {!results && unknown === 0 && rows.length > possible.length && (
          <ul aria-label="Why some are left alone" style={{ margin: 0, paddingLeft: 20 }}>
            {leftAlone(rows.map(({ why }) => why)).map(({ why, cases: many }) => (
              <Text key={why} component="li" size="sm">
                {count(many, "case")}: {why}
              </Text>
            ))}
          </ul>
        )}
        <div style={{ maxHeight: 320, overflow: "auto" }}>
          <Table>
            <Heads of={["Case", "Type", "About", "What happened", results ? "Result" : "What will happen"]} />
            <Table.Tbody>
              {rows.map(({ exception, why }) => (
                <Table.Tr key={exception.id}>
                  <Table.Td className="nowrap">{exception.id}</Table.Td>
                  <Table.Td>{words(exception.kind)}</Table.Td>
                  <Table.Td className="nowrap">
                    {exception.order ?? (exception.account ? `acct ${exception.account}` : "–")}
                  </Table.Td>
                  <Table.Td>{exception.reason}</Table.Td>
                  <Table.Td>
                    <Outcome result={results?.get(exception.id)} why={why} action={action} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
        <Group justify="end">
          {isDone ? (
            <Button onClick={onClose}>Close</Button>
          ) : (
            <>
              <Button variant="default" onClick={onClose} disabled={results !== undefined}>
                Leave them
              </Button>
              <Button
                onClick={() => void run()}
                loading={results !== undefined}
                disabled={unknown > 0 || possible.length === 0 || reason.trim() === ""}
              >
                Decide on {count(possible.length, "case")}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Outcome({
  result,
  why,
  action,
}: {
  result: Result | undefined;
  why: string | undefined;
  action: string | null;
}) {
  if (result === "done") return <span className="good">Done</span>;
  if (result === "waits") return <span className="muted">Waits …</span>;
  if (result) return <span className="late">{result.failed}</span>;
  if (why) return <span className="soon">Left alone: {why}</span>;
  return <>{action ? words(action) : ""}</>;
}

function summary(results: ReadonlyMap<string, Result>): string {
  const values = [...results.values()];
  const done = values.filter((result) => result === "done").length;
  const waits = values.filter((result) => result === "waits").length;
  const failed = values.length - done - waits;
  return [`${done} done`, failed > 0 ? `${failed} refused` : "", waits > 0 ? `${waits} to go` : ""]
    .filter(Boolean)
    .join(", ");
}
