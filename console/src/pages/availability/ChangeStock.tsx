import "@mantine/core/styles/NumberInput.css";
import { NumberInput, Select, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { company } from "../../api/queries";
import { FormDialog } from "../../components/FormDialog";
import { KINDS, type Kind, type Typed, wrongIn } from "./change";

const MOVED = ["stock", "orders", "exceptions", "progress"] as const;

/** Sends what was typed to where its kind belongs. */
function send(kind: Kind, { item, node, units, blocked, document, reason, day }: Typed, idempotencyKey: string) {
  const at = { item: item.trim(), node };
  const [number, why] = [document.trim(), reason.trim()];
  switch (kind) {
    case "adjust":
      return post("/v1/stock/adjustments", {
        body: { ...at, on_hand: units, unavailable: blocked, document: number, reason: why },
        idempotencyKey,
      });
    case "count":
      return post("/v1/stock/counts", {
        body: { ...at, on_hand: units, unavailable: blocked, document: number, reason: why },
        idempotencyKey,
      });
    case "receipt":
      return post("/v1/stock/receipts", { body: { ...at, quantity: units, receipt: number }, idempotencyKey });
    case "supply":
      return post("/v1/stock/inbound", {
        body: { ...at, quantity: units, document: number, eta: day },
        idempotencyKey,
      });
    case "safety":
      return post("/v1/stock/safety", { body: { ...at, quantity: units }, idempotencyKey });
  }
}

interface Props {
  readonly item: string;
  readonly node?: string | undefined;
  readonly onClose: () => void;
}

/** Records what was found, lost, counted or came in, and what is expected or kept back. */
export default function ChangeStock({ item, node, onClose }: Props) {
  const nodes = useQuery(company).data?.warehouses ?? [];
  const [kind, setKind] = useState<Kind>("adjust");
  const [typed, setTyped] = useState<Typed>({
    item,
    node: node ?? "",
    units: 0,
    blocked: 0,
    document: "",
    reason: "",
    day: "",
  });
  const change = useChange((value: Typed, idempotencyKey) => send(kind, value, idempotencyKey), MOVED);
  const { says, units, needs } = KINDS[kind];
  const set = (part: Partial<Typed>): void => setTyped({ ...typed, ...part });
  return (
    <FormDialog
      title="Change stock"
      verb="Record it"
      onClose={onClose}
      change={change}
      disabled={wrongIn(kind, typed) !== undefined}
      onSubmit={() =>
        change.mutate(typed, {
          onSuccess: () => {
            notifications.show({ message: `${typed.item}: ${KINDS[kind].name.toLowerCase()} recorded`, color: "dock" });
            onClose();
          },
        })
      }
    >
      <Select
        label="What happened"
        value={kind}
        onChange={(value) => setKind((value as Kind | null) ?? "adjust")}
        data={Object.entries(KINDS).map(([value, { name }]) => ({ value, label: name }))}
        allowDeselect={false}
      />
      <Text size="sm" className="muted">
        {says}
      </Text>
      <TextInput
        label="Item"
        value={typed.item}
        onChange={(event) => set({ item: event.currentTarget.value })}
        required
      />
      <Select
        label="Warehouse"
        value={typed.node || null}
        onChange={(value) => set({ node: value ?? "" })}
        data={nodes.map(({ id, name }) => ({ value: id, label: name || id }))}
        required
      />
      <NumberInput
        label={units}
        value={typed.units}
        onChange={(value) => set({ units: Number(value) })}
        allowDecimal={false}
        allowNegative={kind === "adjust"}
        required
      />
      {needs.includes("blocked") && (
        <NumberInput
          label={kind === "adjust" ? "More or less that is blocked" : "Of these, blocked"}
          value={typed.blocked}
          onChange={(value) => set({ blocked: Number(value) })}
          allowDecimal={false}
          allowNegative={kind === "adjust"}
        />
      )}
      {needs.includes("day") && (
        <TextInput
          type="date"
          label="Comes on"
          value={typed.day}
          onChange={(event) => set({ day: event.currentTarget.value })}
          required
        />
      )}
      {needs.includes("document") && (
        <TextInput
          label="Number of the document"
          {...(kind === "receipt" ? { description: "The same number again changes nothing." } : {})}
          value={typed.document}
          onChange={(event) => set({ document: event.currentTarget.value })}
          required
        />
      )}
      {needs.includes("reason") && (
        <TextInput
          label="Reason"
          description="It goes on the record with your name."
          value={typed.reason}
          onChange={(event) => set({ reason: event.currentTarget.value })}
          required
        />
      )}
    </FormDialog>
  );
}
