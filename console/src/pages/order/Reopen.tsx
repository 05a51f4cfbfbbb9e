import { Text } from "@mantine/core";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_ORDERS, useChange } from "../../api/mutations";
import { authorityOf, mayNotPost } from "../../api/rights";
import type { Order } from "../../api/types";
import { FormDialog, ReasonField } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import { useMe } from "../../shell/useSession";

/** Opens a closed order again, so that it can be corrected. */
export function Reopen({ order }: { order: Order }) {
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const path = "/v1/orders/{order}/reopening";
  return (
    <>
      <GuardedButton variant="default" why={mayNotPost(path, me)} onClick={() => setOpen(true)}>
        Open it again …
      </GuardedButton>
      {isOpen && (
        <Because order={order} path={path} verb="Open it again" onClose={() => setOpen(false)}>
          It can be billed anew then, and closes again once that is paid. The credit of its account is checked: where it
          does not suffice, the order is held.
        </Because>
      )}
    </>
  );
}

/** Closes an order that was opened again and needs no correction any more. */
export function CloseAgain({ order, onClose }: { order: Order; onClose: () => void }) {
  return (
    <Because order={order} path="/v1/orders/{order}/closing" verb="Close it again" onClose={onClose}>
      It is closed once nothing is owed for it and no hold keeps it.
    </Because>
  );
}

interface BecauseProps {
  readonly order: Order;
  readonly path: "/v1/orders/{order}/reopening" | "/v1/orders/{order}/closing";
  readonly verb: string;
  readonly onClose: () => void;
  readonly children: string;
}

function Because({ order, path, verb, onClose, children }: BecauseProps) {
  const me = useMe();
  const [reason, setReason] = useState("");
  const change = useChange(
    (body: { reason: string }, idempotencyKey) => post(path, { path: { order: order.id }, body, idempotencyKey }),
    OF_ORDERS,
  );
  return (
    <FormDialog
      title={`${verb}: ${order.id}`}
      onClose={onClose}
      onSubmit={() => change.mutate({ reason: reason.trim() }, { onSuccess: onClose })}
      change={change}
      verb={verb}
      disabled={reason.trim() === ""}
    >
      <Text size="sm">{children}</Text>
      <ReasonField value={reason} onChange={setReason} />
      <Text size="sm" className="muted">
        {authorityOf(path, me, path.endsWith("reopening") ? "What such an order comes to" : undefined)}
      </Text>
    </FormDialog>
  );
}
