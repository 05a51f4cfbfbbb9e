import { NumberInput, Select, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_ORDERS, useChange } from "../../api/mutations";
import { authorityOf } from "../../api/rights";
import type { Order } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { Description } from "../../components/Named";
import { useMe } from "../../shell/useSession";
import { correctable, waitsForSupply } from "./buckets";

const CORRECTION = "/v1/orders/{order}/lines/{line}/correction";
const SUBSTITUTION = "/v1/orders/{order}/substitutions";

interface Props {
  readonly order: Order;
  readonly onClose: () => void;
  /** The line that a case is about. */
  readonly about?: number | null | undefined;
}

/** Says which item a line stands for, and how many units of it: the order is checked again then. */
export function CorrectLine({ order, onClose, about }: Props) {
  const me = useMe();
  const lines = correctable(order);
  const [no, setNo] = useState(lines.some(({ line }) => line === about) ? about : lines[0]?.line);
  const line = lines.find((each) => each.line === no);
  const [item, setItem] = useState("");
  const [quantity, setQuantity] = useState<number | string>("");
  const units = quantity === "" ? (line?.open ?? 0) : Number(quantity);
  const correct = useChange(
    (value: { line: number; item: string; quantity: number }, idempotencyKey) =>
      post(CORRECTION, {
        path: { order: order.id, line: String(value.line) },
        body: { item: value.item, quantity: value.quantity },
        idempotencyKey,
      }),
    OF_ORDERS,
  );
  return (
    <FormDialog
      title={`Put a line of ${order.id} right`}
      onClose={onClose}
      onSubmit={() => {
        if (line) correct.mutate({ line: line.line, item: item.trim(), quantity: units }, { onSuccess: onClose });
      }}
      change={correct}
      verb="Put it right"
      disabled={!line || item.trim() === "" || units <= 0}
    >
      <Text size="sm">
        What the line costs in all stays as the customer wrote it. The order is checked again, and goes on if nothing
        else is wrong.
      </Text>
      <Select
        label="Line"
        data={lines.map((each) => ({ value: String(each.line), label: `${each.line}: ${each.item}` }))}
        value={no === undefined || no === null ? null : String(no)}
        onChange={(value) => setNo(value === null ? undefined : Number(value))}
        allowDeselect={false}
      />
      <TextInput
        label="Item that it stands for"
        description={<Description of={item.trim()} />}
        value={item}
        onChange={(event) => setItem(event.currentTarget.value)}
        required
        data-autofocus
      />
      <NumberInput
        label="Base units of it"
        min={1}
        allowDecimal={false}
        value={quantity === "" ? units : quantity}
        onChange={setQuantity}
        maw={160}
      />
      <Text size="sm" className="muted">
        {authorityOf(CORRECTION, me)}
      </Text>
    </FormDialog>
  );
}

/** Sends another item than the one that the order waits for: the customer has agreed. */
export function Substitute({ order, onClose, about }: Props) {
  const me = useMe();
  const lines = waitsForSupply(order);
  const [item, setItem] = useState(lines.find(({ line }) => line === about)?.item ?? lines[0]?.item ?? "");
  const [by, setBy] = useState("");
  const substitute = useChange(
    (body: { item: string; by?: string }, idempotencyKey) =>
      post(SUBSTITUTION, { path: { order: order.id }, body, idempotencyKey }),
    OF_ORDERS,
  );
  const other = by.trim();
  return (
    <FormDialog
      title={`Send something else for ${order.id}`}
      onClose={onClose}
      onSubmit={() =>
        substitute.mutate(other === "" ? { item } : { item, by: other }, {
          onSuccess: () => {
            notifications.show({ message: `${other || "A substitute"} is sent for ${item}`, color: "dock" });
            onClose();
          },
        })
      }
      change={substitute}
      verb="The customer agrees: send it"
      disabled={item === ""}
    >
      <Select
        label="Item that it waits for"
        data={[...new Set(lines.map((line) => line.item))]}
        value={item}
        onChange={(value) => setItem(value ?? "")}
        allowDeselect={false}
      />
      <TextInput
        label="Item to send"
        description={
          other === "" ? (
            "Empty takes the first of the item’s substitutes that is there sooner."
          ) : (
            <Description of={other} />
          )
        }
        value={by}
        onChange={(event) => setBy(event.currentTarget.value)}
      />
      <Text size="sm" className="muted">
        {authorityOf(SUBSTITUTION, me)}
      </Text>
    </FormDialog>
  );
}
