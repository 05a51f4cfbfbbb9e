import { Button, Menu, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_ORDERS, useChange } from "../../api/mutations";
import { holdsOf } from "../../api/queries";
import { mayNotPost, whyNot } from "../../api/rights";
import type { Hold, Order } from "../../api/types";
import { FormDialog, ReasonField } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import { GuardedItem } from "../../components/GuardedItem";
import { count, inWords } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { correctable, unshipped, waitsForSupply } from "./buckets";
import { Change } from "./Change";
import { LineQuantities, type Quantities } from "./LineQuantities";
import { CorrectLine, Substitute } from "./Mend";
import { Rebill } from "./Rebill";
import { CloseAgain, Reopen } from "./Reopen";

type Dialog = "cancel" | "change" | "hold" | "rebill" | "close" | "correct" | "substitute";

const ENDED: ReadonlySet<string> = new Set(["cancelled", "rejected"]);

/** What can be done to an order as a whole. */
export function Actions({ order }: { order: Order }) {
  const me = useMe();
  const [dialog, setDialog] = useState<Dialog>();
  const close = (): void => setDialog(undefined);
  if (ENDED.has(order.status)) return null;
  if (order.status === "closed") return <Reopen order={order} />;
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
            Change lines, prices or the date …
          </GuardedItem>
          <GuardedItem why={mayNotPost("/v1/orders/{order}/holds", me)} onClick={() => setDialog("hold")}>
            Hold it …
          </GuardedItem>
          {correctable(order).length > 0 && (
            <GuardedItem
              why={mayNotPost("/v1/orders/{order}/lines/{line}/correction", me)}
              onClick={() => setDialog("correct")}
            >
              Put a line right …
            </GuardedItem>
          )}
          {waitsForSupply(order).length > 0 && (
            <GuardedItem
              why={mayNotPost("/v1/orders/{order}/substitutions", me)}
              onClick={() => setDialog("substitute")}
            >
              Send something else …
            </GuardedItem>
          )}
          {order.invoices.length > 0 && (
            <GuardedItem why={mayNotPost("/v1/orders/{order}/rebillings", me)} onClick={() => setDialog("rebill")}>
              Credit what is billed, and bill it anew …
            </GuardedItem>
          )}
          {order.reopened && (
            <GuardedItem why={mayNotPost("/v1/orders/{order}/closing", me)} onClick={() => setDialog("close")}>
              Close it again …
            </GuardedItem>
          )}
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
      {dialog === "correct" && <CorrectLine order={order} onClose={close} />}
      {dialog === "substitute" && <Substitute order={order} onClose={close} />}
      {dialog === "rebill" && <Rebill order={order} onClose={close} />}
      {dialog === "close" && <CloseAgain order={order} onClose={close} />}
    </>
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
        onSuccess: ({ cancelled, asked, too_late, intercepted }) => {
          const more = [
            asked.length > 0 ? `asked ${asked.join(", ")}` : "",
            intercepted.length > 0 ? `asked the carrier to bring ${intercepted.join(", ")} back` : "",
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
      change={change}
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
      change={change}
      verb="Hold"
      disabled={reason.trim() === ""}
    >
      <Text size="sm">Nothing more of it is released until somebody takes the hold away.</Text>
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}

/** Takes a hold away. Who may depends on its kind, the amount and who made the order: whoever may not is told why. */
export function ReleaseHold({ order, hold }: { order: string; hold: Hold }) {
  const may = useQuery(holdsOf(order)).data?.items.find(({ what }) => what === hold.kind);
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
      <GuardedButton size="xs" variant="default" why={whyNot(may)} onClick={() => setOpened(true)}>
        Release …
      </GuardedButton>
      {opened && (
        <FormDialog
          title={`Release the ${inWords(hold.kind)} hold of ${order}`}
          onClose={() => setOpened(false)}
          onSubmit={() => change.mutate({ reason: reason.trim() }, { onSuccess: () => setOpened(false) })}
          change={change}
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
