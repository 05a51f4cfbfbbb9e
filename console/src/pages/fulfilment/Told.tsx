import { Checkbox, Group, Table, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_ORDERS, useChange } from "../../api/mutations";
import { authorityOf, mayNotPost } from "../../api/rights";
import type { WarehouseOrder } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import { Heads } from "../../components/Heads";
import { QuantityInput } from "../../components/QuantityInput";
import { count } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { type Answer, AnswerField, lacksReason, refusalOf } from "./AnswerField";
import { isOver, outstanding, picks, proposedPick, shipped, type Typed } from "./warehouse";

const ACKNOWLEDGED = "/v1/warehouse-orders/{warehouse_order}/acknowledgements";
const PICKED = "/v1/warehouse-orders/{warehouse_order}/picks";
const SHIPPED = "/v1/warehouse-orders/{warehouse_order}/shipments";
const ANSWERED = "/v1/warehouse-orders/{warehouse_order}/cancel-answers";
/** What any of it may move. */
const MOVED = [...OF_ORDERS, "warehouse-orders", "shipments", "stock", "invoices"] as const;

type Line = WarehouseOrder["lines"][number];
type Asked = WarehouseOrder["cancel_requests"][number];

/** What a warehouse said by telephone or on paper, for those that have no system that tells. */
export function Told({ order }: { order: WarehouseOrder }) {
  const me = useMe();
  const [dialog, setDialog] = useState<"picked" | "shipped" | Asked>();
  const acknowledge = useChange(
    (_: null, idempotencyKey) => post(ACKNOWLEDGED, { path: { warehouse_order: order.id }, body: {}, idempotencyKey }),
    MOVED,
  );
  if (isOver(order)) return null;
  const close = () => setDialog(undefined);
  const isNew = order.progress === "created" || order.progress === "sent";
  return (
    <section aria-label={`What ${order.node} said`}>
      <Text size="sm" mt="md" mb={6}>
        What {order.node} said, where no system of it tells:
      </Text>
      <Group gap="xs">
        {isNew && (
          <GuardedButton
            variant="default"
            why={mayNotPost(ACKNOWLEDGED, me)}
            loading={acknowledge.isPending}
            onClick={() => acknowledge.mutate(null)}
          >
            It will do it
          </GuardedButton>
        )}
        <GuardedButton variant="default" why={mayNotPost(PICKED, me)} onClick={() => setDialog("picked")}>
          It has picked …
        </GuardedButton>
        <GuardedButton variant="default" why={mayNotPost(SHIPPED, me)} onClick={() => setDialog("shipped")}>
          It has shipped …
        </GuardedButton>
        {order.cancel_requests.map((asked) => (
          <GuardedButton
            key={asked.request}
            variant="default"
            why={mayNotPost(ANSWERED, me)}
            onClick={() => setDialog(asked)}
          >
            It answered request {asked.request} …
          </GuardedButton>
        ))}
      </Group>
      {dialog === "picked" && <Picked order={order} onClose={close} />}
      {dialog === "shipped" && <Shipped order={order} onClose={close} />}
      {typeof dialog === "object" && <Answered order={order} asked={dialog} onClose={close} />}
    </section>
  );
}

interface Props {
  readonly order: WarehouseOrder;
  readonly onClose: () => void;
}

function Picked({ order, onClose }: Props) {
  const me = useMe();
  const [typed, setTyped] = useState<Typed>(new Map());
  const [isComplete, setComplete] = useState(true);
  const lines = picks(order.lines, typed);
  const tell = useChange(
    (complete: boolean, idempotencyKey) =>
      post(PICKED, { path: { warehouse_order: order.id }, body: { lines, complete }, idempotencyKey }),
    MOVED,
  );
  const short = order.lines.some((line, at) => (lines[at]?.picked ?? 0) < proposedPick(line));
  return (
    <FormDialog
      title={`What ${order.node} picked of ${order.id}`}
      verb="Record it"
      onClose={onClose}
      change={tell}
      onSubmit={() => tell.mutate(isComplete, { onSuccess: onClose })}
    >
      <Quantities label="Picked in all" lines={order.lines} of={proposedPick} typed={typed} onTyped={setTyped} />
      <Checkbox
        label="Nothing more is picked"
        checked={isComplete}
        onChange={(event) => setComplete(event.currentTarget.checked)}
      />
      {isComplete && short && (
        <Text size="sm">What is missing goes back to the order, and is taken out of the stock of {order.node}.</Text>
      )}
      <Authority path={PICKED} me={me} />
    </FormDialog>
  );
}

function Shipped({ order, onClose }: Props) {
  const me = useMe();
  const [typed, setTyped] = useState<Typed>(new Map());
  const [reference, setReference] = useState("");
  const [carrier, setCarrier] = useState("");
  const [tracking, setTracking] = useState("");
  const [isLast, setLast] = useState(false);
  const lines = shipped(order.lines, typed);
  const tell = useChange(
    (complete: boolean, idempotencyKey) =>
      post(SHIPPED, {
        path: { warehouse_order: order.id },
        body: {
          reference: reference.trim(),
          shipped_at: new Date().toISOString(),
          carrier: carrier.trim(),
          tracking: tracking.trim(),
          complete,
          lines,
        },
        idempotencyKey,
      }),
    MOVED,
  );
  return (
    <FormDialog
      title={`What ${order.node} shipped of ${order.id}`}
      verb="Record it"
      onClose={onClose}
      change={tell}
      disabled={reference.trim() === "" || lines.length === 0}
      onSubmit={() => tell.mutate(isLast, { onSuccess: onClose })}
    >
      <TextInput
        label="Number of the shipment there"
        description="It is recorded once, however often it is told."
        required
        data-autofocus
        value={reference}
        onChange={(event) => setReference(event.currentTarget.value)}
      />
      <Group grow>
        <TextInput label="Carrier" value={carrier} onChange={(event) => setCarrier(event.currentTarget.value)} />
        <TextInput label="Tracking" value={tracking} onChange={(event) => setTracking(event.currentTarget.value)} />
      </Group>
      <Quantities label="In this shipment" lines={order.lines} of={outstanding} typed={typed} onTyped={setTyped} />
      <Checkbox
        label="Nothing more of it ships"
        checked={isLast}
        onChange={(event) => setLast(event.currentTarget.checked)}
      />
      <Text size="sm">It left now, and is billed as the order is billed.</Text>
      <Authority path={SHIPPED} me={me} />
    </FormDialog>
  );
}

function Answered({ order, asked, onClose }: Props & { readonly asked: Asked }) {
  const me = useMe();
  const [answer, setAnswer] = useState<Answer>({ agrees: true, why: "" });
  const tell = useChange(
    (body: { refused?: string }, idempotencyKey) =>
      post(ANSWERED, {
        path: { warehouse_order: order.id },
        body: { request: asked.request, ...body },
        idempotencyKey,
      }),
    MOVED,
  );
  return (
    <FormDialog
      title={`What ${order.node} answered to request ${asked.request}`}
      verb="Record it"
      onClose={onClose}
      change={tell}
      disabled={lacksReason(answer)}
      onSubmit={() => tell.mutate(refusalOf(answer), { onSuccess: onClose })}
    >
      <Text size="sm">
        It was asked not to ship{" "}
        {asked.lines
          .map(({ line, item, quantity }) => `${count(quantity, "unit")} of ${item} (line ${line})`)
          .join(", ")}
        .
      </Text>
      <AnswerField
        label="What the warehouse answered"
        yes="It does not ship them"
        no="It ships them"
        value={answer}
        onChange={setAnswer}
      />
      <Authority path={ANSWERED} me={me} />
    </FormDialog>
  );
}

function Authority({ path, me }: { path: Parameters<typeof authorityOf>[0]; me: Parameters<typeof authorityOf>[1] }) {
  return (
    <Text size="sm" className="muted">
      {authorityOf(path, me)}
    </Text>
  );
}

interface QuantitiesProps {
  readonly label: string;
  readonly lines: readonly Line[];
  /** What is proposed. */
  readonly of: (line: Line) => number;
  readonly typed: Typed;
  readonly onTyped: (typed: Typed) => void;
}

/** The lines, each with a quantity to type. */
function Quantities({ label, lines, of, typed, onTyped }: QuantitiesProps) {
  return (
    <div style={{ maxHeight: 320, overflow: "auto" }}>
      <Table>
        <Heads of={["Line", "Item", { num: "Released" }, label]} />
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={line.line}>
              <Table.Td>{line.line}</Table.Td>
              <Table.Td>{line.item}</Table.Td>
              <Table.Td className="num">{line.quantity}</Table.Td>
              <Table.Td w={130}>
                <QuantityInput
                  label={`${label}, line ${line.line}`}
                  value={typed.get(line.line) ?? of(line)}
                  onChange={(value) => onTyped(new Map([...typed, [line.line, value]]))}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
