import { Alert, Button, Group, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_ORDERS, useChange } from "../../api/mutations";
import { Refused } from "../../api/problem";
import { orderToChange } from "../../api/queries";
import type { Order } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { type Added, type ChangeBody, changeOf, NOTHING_TYPED, ordered, wrongIn } from "./change";
import { LineQuantities } from "./LineQuantities";

/**
 * Changes quantities, prices, lines and the date. It counts only for the order as it is shown: if somebody was faster, what is there now is
 * shown, and what was typed stays.
 */
export function Change({ order, onClose }: { order: Order; onClose: () => void }) {
  const reading = useQuery(orderToChange(order.id));
  const shown = reading.data?.value ?? order;
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const [wasStale, setWasStale] = useState(false);
  const change = useChange(
    ({ body, version }: { body: Partial<ChangeBody>; version: string | undefined }, idempotencyKey) =>
      post("/v1/orders/{order}/changes", {
        path: { order: order.id },
        body: body as ChangeBody,
        idempotencyKey,
        version,
      }),
    OF_ORDERS,
  );
  const body = changeOf(shown, typed);
  const wrong = wrongIn(typed);
  const isStale = change.error instanceof Refused && change.error.isStale;
  function submit(): void {
    if (!body || wrong) return;
    change.mutate(
      { body, version: reading.data?.version },
      {
        onSuccess: ({ asked }) => {
          const message = asked.length > 0 ? `Changed; asked ${asked.join(", ")} first` : "Changed";
          notifications.show({ message, color: "dock" });
          onClose();
        },
        onError: (error) => {
          if (!(error instanceof Refused && error.isStale)) return;
          setWasStale(true);
          void reading.refetch();
        },
      },
    );
  }
  function setLine(at: number, line: Partial<Added>): void {
    setTyped({ ...typed, added: typed.added.map((each, index) => (index === at ? { ...each, ...line } : each)) });
  }
  return (
    <FormDialog
      title={`Change ${order.id}`}
      onClose={onClose}
      onSubmit={submit}
      change={{
        isPending: change.isPending || reading.isFetching,
        error: isStale ? undefined : change.error,
      }}
      verb="Change"
      disabled={!body || wrong !== undefined || reading.data === undefined}
      size="xl"
    >
      {wasStale && (
        <Alert color="orange" title="Somebody has changed it meanwhile" role="alert">
          What is shown now is how it is. What you typed is still there: look whether it still fits, and change it
          again.
        </Alert>
      )}
      <TextInput
        type="date"
        label="Requested date"
        value={typed.requested || (shown.requested ?? "")}
        onChange={(event) => setTyped({ ...typed, requested: event.currentTarget.value })}
        maw={200}
      />
      <LineQuantities
        order={shown}
        of={ordered}
        label="Ordered"
        values={typed.quantities}
        onChange={(quantities) => setTyped({ ...typed, quantities })}
        prices={{ values: typed.prices, onChange: (prices) => setTyped({ ...typed, prices }) }}
      />
      {typed.added.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a new line has no other name
        <Group key={at} gap="xs" align="end" wrap="nowrap">
          <TextInput
            label={`New line ${at + 1}: item`}
            value={line.item}
            onChange={(event) => setLine(at, { item: event.currentTarget.value })}
            required
          />
          <TextInput
            label="Quantity"
            inputMode="decimal"
            value={line.quantity}
            onChange={(event) => setLine(at, { quantity: event.currentTarget.value })}
            w={110}
            required
          />
          <TextInput
            label="Price"
            placeholder="ours"
            inputMode="decimal"
            value={line.price}
            onChange={(event) => setLine(at, { price: event.currentTarget.value })}
            w={110}
          />
          <Button
            variant="subtle"
            aria-label={`Take new line ${at + 1} away`}
            onClick={() => setTyped({ ...typed, added: typed.added.filter((_, index) => index !== at) })}
          >
            Take away
          </Button>
        </Group>
      ))}
      <Button
        variant="default"
        size="xs"
        style={{ alignSelf: "start" }}
        onClick={() => setTyped({ ...typed, added: [...typed.added, { item: "", quantity: "1", price: "" }] })}
      >
        Add a line
      </Button>
      {wrong && (
        <Text size="sm" className="late" role="status">
          {wrong}
        </Text>
      )}
    </FormDialog>
  );
}
