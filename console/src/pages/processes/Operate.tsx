import "@mantine/core/styles/List.css";
import { Alert, Button, Group, List, Modal, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { newKey, type PostAnswer, post } from "../../api/client";
import { useChange } from "../../api/mutations";
import type { components } from "../../api/schema";
import { ReasonField } from "../../components/FormDialog";
import { Refusal } from "../../components/Refusal";
import { count, words } from "../../lib/words";
import { OperationFields } from "./OperationFields";
import { type Draft, draft, type Kind, make, OPERATIONS, type Operation } from "./operation";

type Filter = components["schemas"]["InstanceFilter"];

/** A filter that names nothing. */
const ANY: Filter = {
  process: null,
  version: null,
  state: null,
  element: null,
  incident: null,
  business_key: null,
  started_after: null,
  started_before: null,
};

/** One instance, or all that a filter means. */
export type Target = { readonly instance: string } | { readonly filter: Partial<Filter> };

interface Props {
  readonly kind: Kind;
  readonly target: Target;
  readonly process: string;
  readonly version: number;
  readonly active: readonly string[];
  readonly onClose: () => void;
}

interface Order {
  readonly operation: Operation;
  readonly reason: string;
  readonly dry_run: boolean;
}

type One = PostAnswer<"/v1/instances/{instance}/operations">;
type Many = PostAnswer<"/v1/batches">;
type Outcome = { readonly one: One } | { readonly many: Many };

async function send(target: Target, order: Order, idempotencyKey: string): Promise<Outcome> {
  if ("instance" in target) {
    const path = { instance: target.instance };
    return { one: await post("/v1/instances/{instance}/operations", { path, body: order, idempotencyKey }) };
  }
  const body = { ...order, filter: { ...ANY, ...target.filter }, all: false };
  return { many: await post("/v1/batches", { body, idempotencyKey }) };
}

/** An operation: what it needs to know, what would come of it, and then it is done. */
export function Operate({ kind, target, process, version, active, onClose }: Props) {
  const { verb, what } = OPERATIONS[kind];
  const [value, setValue] = useState<Draft>(draft(kind));
  const [reason, setReason] = useState("");
  const made = make(value);
  const content = JSON.stringify(made);
  const trial = useMutation({
    mutationFn: (operation: Operation) => send(target, { operation, reason, dry_run: true }, newKey()),
  });
  const [tried, setTried] = useState<string>();
  const change = useChange(
    (operation: Operation, key) => send(target, { operation, reason: reason.trim(), dry_run: false }, key),
    ["instances", "orders", "exceptions", "progress", "dead-letters"],
  );
  const seen = tried === content ? trial.data : undefined;
  const whom = "instance" in target ? target.instance : "all that the filter means";

  function look(): void {
    if (!("operation" in made)) return;
    setTried(content);
    change.reset();
    trial.mutate(made.operation);
  }
  function carryOut(): void {
    if (!("operation" in made)) return;
    change.mutate(made.operation, {
      onSuccess: (outcome) => {
        const begun = "many" in outcome ? `: ${count(outcome.many.matched, "instance")}, batch ${outcome.many.id}` : "";
        notifications.show({ message: `${verb}: ${"many" in outcome ? "begun" : "done"}${begun}`, color: "dock" });
        onClose();
      },
    });
  }

  return (
    <Modal opened onClose={onClose} title={<Text fw={650}>{`${verb}: ${whom}`}</Text>} size="lg">
      <Stack>
        <Text size="sm">{what}</Text>
        <OperationFields value={value} onChange={setValue} process={process} version={version} active={active} />
        <ReasonField value={reason} onChange={setReason} />
        {"wrong" in made && <Text size="sm">{made.wrong}</Text>}
        {tried === content && trial.isError && <Refusal error={trial.error} />}
        {seen && <Preview of={seen} />}
        {change.isError && <Refusal error={change.error} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button
            variant={seen ? "default" : "filled"}
            loading={trial.isPending}
            disabled={"wrong" in made}
            onClick={look}
          >
            See what would happen
          </Button>
          {seen && (
            <Button
              color={kind === "cancel" ? "red" : "dock"}
              loading={change.isPending}
              disabled={reason.trim() === "" || isNothing(seen)}
              onClick={carryOut}
            >
              {verb}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function isNothing(outcome: Outcome): boolean {
  return "many" in outcome && outcome.many.would_change === 0;
}

/** What would happen, as the product has decided it without doing it. */
function Preview({ of }: { of: Outcome }) {
  return (
    <Alert color="gray" title="What would happen" role="status">
      {"one" in of ? <Changes of={of.one.changes ?? []} /> : <Numbers of={of.many} />}
    </Alert>
  );
}

function Changes({ of }: { of: NonNullable<One["changes"]> }) {
  if (of.length === 0) return <Text size="sm">Nothing: it is so already.</Text>;
  return (
    <Scrolled label="What would happen, in order">
      <List size="sm" type="ordered">
        {of.map(({ element, instance, what }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list does not change, and the same may happen twice
          <List.Item key={index}>
            {element && <b>{words(element)}</b>} {what} {instance && <span className="muted">({instance})</span>}
          </List.Item>
        ))}
      </List>
    </Scrolled>
  );
}

function Numbers({ of }: { of: Many }) {
  const causes = Object.entries(of.would_fail ?? {});
  return (
    <>
      <Text size="sm">
        {count(of.matched, "instance")} {of.matched === 1 ? "is" : "are"} meant; {of.would_change ?? 0} would be changed
        {of.tried !== undefined && of.tried !== null && of.tried < of.matched && ` of the newest ${of.tried}`}.
      </Text>
      {causes.length > 0 && (
        <Scrolled label="Why some would not be changed">
          <Table>
            <Table.Tbody>
              {causes.map(([cause, number]) => (
                <Table.Tr key={cause}>
                  <Table.Td className="num">{number}</Table.Td>
                  <Table.Td>{cause}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scrolled>
      )}
    </>
  );
}

function Scrolled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div style={{ maxHeight: 220, overflowY: "auto" }} tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
