import { Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_ORDERS, useChange, useDecide } from "../../api/mutations";
import { openExceptions } from "../../api/queries";
import { mayNotPost } from "../../api/rights";
import type { Exception, WarehouseOrder } from "../../api/types";
import { FormDialog, ReasonField } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import { count, words } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { mayNotDecide } from "../exceptions/authority";
import { mayNotLeave } from "./standing";

/** The ways in which units find another warehouse: those that wait with this one, and those that the order still misses. */
export function SourceAgain({ order }: { order: WarehouseOrder }) {
  const me = useMe();
  const open = useQuery(openExceptions({ order: order.order })).data?.items ?? [];
  const missing = open.find(({ actions }) => actions.includes("resource"));
  const [dialog, setDialog] = useState<"elsewhere" | "missing">();
  const why = mayNotLeave(order) ?? mayNotPost("/v1/warehouse-orders/{warehouse_order}/rejections", me);
  return (
    <>
      <Group gap="xs" mt="md">
        <GuardedButton why={why} variant="default" onClick={() => setDialog("elsewhere")}>
          Source elsewhere …
        </GuardedButton>
        {missing && me && (
          <GuardedButton why={mayNotDecide(missing, me)} variant="default" onClick={() => setDialog("missing")}>
            Source what is missing …
          </GuardedButton>
        )}
      </Group>
      {dialog === "elsewhere" && <Elsewhere order={order} onClose={() => setDialog(undefined)} />}
      {dialog === "missing" && missing && <Missing exception={missing} onClose={() => setDialog(undefined)} />}
    </>
  );
}

function Elsewhere({ order, onClose }: { order: WarehouseOrder; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const reject = useChange(
    (why: string, idempotencyKey) =>
      post("/v1/warehouse-orders/{warehouse_order}/rejections", {
        path: { warehouse_order: order.id },
        body: { reason: why },
        idempotencyKey,
      }),
    OF_ORDERS,
  );
  const units = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <FormDialog
      title={`Source ${order.id} elsewhere`}
      verb="Source elsewhere"
      danger
      onClose={onClose}
      change={reject}
      disabled={reason.trim() === ""}
      onSubmit={() =>
        reject.mutate(reason.trim(), {
          onSuccess: () => {
            notifications.show({
              message: `${order.order} looks for other warehouses than ${order.node}`,
              color: "dock",
            });
            onClose();
          },
        })
      }
    >
      <Text size="sm">
        It is recorded that {order.node} does not do it. Its {count(units, "unit")} go back to the order and are looked
        for at the other warehouses; {order.node} is not asked again for this order.
      </Text>
      <Text size="sm">
        <b>Tell {order.node} first</b>, unless it told you: what it ships all the same comes back as a discrepancy.
      </Text>
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}

function Missing({ exception, onClose }: { exception: Exception; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const decide = useDecide();
  return (
    <FormDialog
      title={`${words(exception.kind)}: ${exception.id}`}
      verb="Look at all warehouses"
      onClose={onClose}
      change={decide}
      disabled={reason.trim() === ""}
      onSubmit={() =>
        decide.mutate(
          { exception: exception.id, action: "resource", reason: reason.trim(), details: {} },
          { onSuccess: onClose },
        )
      }
    >
      <Text size="sm">{exception.reason}</Text>
      <Text size="sm">
        The missing units are looked for at all warehouses now. Where none has any, nothing changes and the question
        stays.
      </Text>
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
