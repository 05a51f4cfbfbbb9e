import "@mantine/core/styles/NumberInput.css";
import { Button, Menu, NumberInput, Table, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_ORDERS, useChange } from "../../api/mutations";
import { mayNotPost } from "../../api/rights";
import type { Hold, Order } from "../../api/types";
import { FormDialog, ReasonField } from "../../components/FormDialog";
import { GuardedItem } from "../../components/GuardedItem";
import { Heads } from "../../components/Heads";
import { count, inWords } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { unshipped } from "./buckets";

type Dialog = "cancel" | "change" | "hold";

const ENDED: ReadonlySet<string> = new Set(["closed", "cancelled", "rejected"]);

/** What can be done to an order as a whole. */
export function Actions({ order }: { order: Order }) {
  const me = useMe();
  const [dialog, setDialog] = useState<Dialog>();
  const close = (): void => setDialog(undefined);
  if (ENDED.has(order.status)) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={16} />}>
            Change or cancel
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <GuardedItem why={mayNotPost("/v1/orders/{order}/changes", me)} onClick={() => setDialog("change")}>
            Change quantities or the date …
          </GuardedItem>
          <GuardedItem why={mayNotPost("/v1/orders/{order}/holds", me)} onClick={() => setDialog("hold")}>
            Hold it …
          </GuardedItem>
          <Menu.Divider />
          <GuardedItem
            color="red"
            why={mayNotPost("/v1/orders/{order}/cancellations", me)}
            onClick={() => setDialog("cancel")}
          >
            Cancel it, or some units …
          </GuardedItem>
        </Menu.Dropdown>
      </Menu>
      {dialog === "cancel" && <Cancel order={order} onClose={close} />}
      {dialog === "change" && <Change order={order} onClose={close} />}
      {dialog === "hold" && <PlaceHold order={order} onClose={close} />}
    </>
  );
}

/** Quantities by line, as they are typed. */
type Quantities = Readonly<Record<number, number>>;

function LineQuantities({
  order,
  of,
  label,
  values,
  onChange,
}: {
  order: Order;
  of: (line: Order["lines"][number]) => number;
  label: string;
  values: Quantities;
  onChange: (values: Quantities) => void;
}) {
  const lines = order.lines.filter((line) => unshipped(line) > 0);
  return (
    <div style={{ maxHeight: 320, overflow: "auto" }}>
      <Table>
        <Heads of={["Line", "Item", { num: "Not shipped" }, label]} />
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={line.line}>
              <Table.Td>{line.line}</Table.Td>
              <Table.Td>{line.item}</Table.Td>
              <Table.Td className="num">{unshipped(line)}</Table.Td>
              <Table.Td w={130}>
                <NumberInput
                  aria-label={`${label}, line ${line.line}`}
                  size="xs"
                  min={0}
                  allowDecimal={false}
                  value={values[line.line] ?? of(line)}
                  onChange={(value) => onChange({ ...values, [line.line]: Number(value) })}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Cancel({ order, onClose }: { order: Order; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [quantities, setQuantities] = useState<Quantities>({});
  const lines = order.lines
    .filter((line) => unshipped(line) > 0)
    .map((line) => ({ line: line.line, quantity: quantities[line.line] ?? unshipped(line), all: unshipped(line) }));
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const hasShipped = order.lines.some(({ shipped }) => shipped > 0);
  const isAll = lines.every(({ quantity, all }) => quantity === all);
  const change = useChange(
    (value: { reason: string; lines: { line: number; quantity: number }[] }, idempotencyKey) =>
      post("/v1/orders/{order}/cancellations", { path: { order: order.id }, body: value, idempotencyKey }),
    OF_ORDERS,
  );
  function submit(): void {
    const some = isAll
      ? []
      : lines.filter(({ quantity }) => quantity > 0).map(({ line, quantity }) => ({ line, quantity }));
    change.mutate(
      { reason: reason.trim(), lines: some },
      {
        onSuccess: ({ cancelled, asked, too_late }) => {
          const more = [
            asked.length > 0 ? `asked ${asked.join(", ")}` : "",
            too_late > 0 ? `too late for ${too_late}` : "",
          ].filter(Boolean);
          notifications.show({ message: [`${count(cancelled, "unit")} cancelled`, ...more].join("; "), color: "dock" });
          onClose();
        },
      },
    );
  }
  return (
    <FormDialog
      title={`Cancel ${order.id}`}
      onClose={onClose}
      onSubmit={submit}
      pending={change.isPending}
      error={change.error}
      verb={isAll && !hasShipped ? "Cancel the order" : `Cancel ${count(units, "unit")}`}
      danger
      disabled={reason.trim() === "" || units === 0}
      size="lg"
    >
      <Text size="sm">What is at work in a warehouse is asked back; what has left stays with the customer.</Text>
      <LineQuantities order={order} of={unshipped} label="Cancel" values={quantities} onChange={setQuantities} />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}

function Change({ order, onClose }: { order: Order; onClose: () => void }) {
  const [quantities, setQuantities] = useState<Quantities>({});
  const [requested, setRequested] = useState(order.requested ?? "");
  const change = useChange(
    (value: { quantities: { line: number; quantity: number }[]; requested?: string }, idempotencyKey) =>
      post("/v1/orders/{order}/changes", { path: { order: order.id }, body: value, idempotencyKey }),
    OF_ORDERS,
  );
  const ordered = (line: Order["lines"][number]): number => line.ordered - line.cancelled;
  const changed = order.lines
    .filter((line) => quantities[line.line] !== undefined && quantities[line.line] !== ordered(line))
    .map((line) => ({ line: line.line, quantity: quantities[line.line] ?? ordered(line) }));
  const isDate = requested !== "" && requested !== (order.requested ?? "");
  function submit(): void {
    change.mutate(
      { quantities: changed, ...(isDate ? { requested } : {}) },
      {
        onSuccess: ({ asked }) => {
          notifications.show({
            message: asked.length > 0 ? `Changed; asked ${asked.join(", ")} first` : "Changed",
            color: "dock",
          });
          onClose();
        },
      },
    );
  }
  return (
    <FormDialog
      title={`Change ${order.id}`}
      onClose={onClose}
      onSubmit={submit}
      pending={change.isPending}
      error={change.error}
      verb="Change"
      disabled={changed.length === 0 && !isDate}
      size="lg"
    >
      <TextInput
        type="date"
        label="Requested date"
        value={requested}
        onChange={(event) => setRequested(event.currentTarget.value)}
        maw={200}
      />
      <LineQuantities order={order} of={ordered} label="Ordered" values={quantities} onChange={setQuantities} />
    </FormDialog>
  );
}

function PlaceHold({ order, onClose }: { order: Order; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const change = useChange(
    (value: { reason: string }, idempotencyKey) =>
      post("/v1/orders/{order}/holds", { path: { order: order.id }, body: value, idempotencyKey }),
    OF_ORDERS,
  );
  return (
    <FormDialog
      title={`Hold ${order.id}`}
      onClose={onClose}
      onSubmit={() => change.mutate({ reason: reason.trim() }, { onSuccess: onClose })}
      pending={change.isPending}
      error={change.error}
      verb="Hold"
      disabled={reason.trim() === ""}
    >
      <Text size="sm">Nothing more of it is released until somebody takes the hold away.</Text>
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}

/** Takes a hold away. Who may depends on its kind and the amount; the product says so if it is not you. */
export function ReleaseHold({ order, hold }: { order: string; hold: Hold }) {
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState("");
  const change = useChange(
    (value: { reason: string }, idempotencyKey) =>
      post("/v1/orders/{order}/holds/{kind}/release", {
        path: { order, kind: hold.kind },
        body: value,
        idempotencyKey,
      }),
    OF_ORDERS,
  );
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>
        Release …
      </Button>
      {opened && (
        <FormDialog
          title={`Release the ${inWords(hold.kind)} hold of ${order}`}
          onClose={() => setOpened(false)}
          onSubmit={() => change.mutate({ reason: reason.trim() }, { onSuccess: () => setOpened(false) })}
          pending={change.isPending}
          error={change.error}
          verb="Release"
          disabled={reason.trim() === ""}
        >
          <Text size="sm">{hold.reason}</Text>
          <ReasonField value={reason} onChange={setReason} />
        </FormDialog>
      )}
    </>
  );
}
