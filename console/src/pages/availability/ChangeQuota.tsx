import "@mantine/core/styles/NumberInput.css";
import { NumberInput, Select, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { company } from "../../api/queries";
import type { ChannelGroup, Quota } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { count } from "../../lib/words";
import { bodyOf, type Change, leftOf, missingIn, VERBS, type Verb } from "./quota";

const MOVED = ["stock", "orders", "exceptions", "progress"] as const;

interface Props {
  readonly item: string;
  readonly groups: readonly ChannelGroup[];
  readonly quotas: readonly Quota[];
  readonly onClose: () => void;
}

/** Keeps units of an item for a group of channels, gives them back, or moves them. */
export default function ChangeQuota({ item, groups, quotas, onClose }: Props) {
  const nodes = useQuery(company).data?.warehouses ?? [];
  const [typed, setTyped] = useState<Change>({
    verb: "allocate",
    node: "",
    group: groups[0]?.code ?? "",
    to: "",
    units: 0,
  });
  const change = useChange(
    (value: Change, idempotencyKey) => post("/v1/stock/quotas", { body: bodyOf(item, value), idempotencyKey }),
    MOVED,
  );
  const set = (part: Partial<Change>): void => setTyped({ ...typed, ...part });
  const codes = groups.map(({ code }) => code);
  const { verb, node, group, to, units } = typed;
  const takes = verb === "unallocate" || verb === "reallocate";
  return (
    <FormDialog
      title={`Who ${item} is kept for`}
      verb="Change it"
      onClose={onClose}
      change={change}
      disabled={missingIn(typed) !== undefined}
      onSubmit={() =>
        change.mutate(typed, {
          onSuccess: () => {
            notifications.show({ message: `${item}: what is kept has changed`, color: "dock" });
            onClose();
          },
        })
      }
    >
      <Select
        label="What"
        value={verb}
        onChange={(value) => set({ verb: (value as Verb | null) ?? verb })}
        data={Object.entries(VERBS).map(([value, { name }]) => ({ value, label: name }))}
        allowDeselect={false}
      />
      <Text size="sm" className="muted">
        {VERBS[verb].says}
      </Text>
      <Select
        label="Warehouse"
        value={node}
        onChange={(value) => set({ node: value ?? "" })}
        data={[
          { value: "", label: "All, the preferred first" },
          ...nodes.map(({ id, name }) => ({ value: id, label: name || id })),
        ]}
        allowDeselect={false}
      />
      {verb !== "share" && (
        <>
          <Select
            label="Group"
            value={group || null}
            onChange={(value) => set({ group: value ?? group })}
            data={codes}
            allowDeselect={false}
          />
          {verb === "reallocate" && (
            <Select
              label="To the group"
              value={to || null}
              onChange={(value) => set({ to: value ?? "" })}
              data={codes.filter((code) => code !== group)}
              required
            />
          )}
          <NumberInput
            label="Units"
            {...(takes ? { description: `${count(leftOf(quotas, group, node), "unit")} left to it` } : {})}
            value={units}
            onChange={(value) => set({ units: Number(value) })}
            allowDecimal={false}
            allowNegative={false}
            required
          />
        </>
      )}
    </FormDialog>
  );
}
