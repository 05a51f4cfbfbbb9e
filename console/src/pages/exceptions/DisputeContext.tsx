import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { invoice as invoiceOf } from "../../api/queries";
import type { Exception } from "../../api/types";
import { GuardedButton } from "../../components/GuardedButton";
import { Reading } from "../../components/states";
import { formatMoney } from "../../lib/money";
import { either } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { SettleDispute } from "../finance/Dispute";
import { DisputeDecisions } from "../finance/DisputeDecisions";
import { mayNotDecide } from "./authority";

/** The invoice that a customer disputes: how much of it, the decision in parts, and the letters about what was decided. */
export function DisputeContext({ exception }: { exception: Exception }) {
  const [, id] = /^invoice (\S+)$/.exec(exception.subject ?? "") ?? [];
  return id ? <OfInvoice id={id} exception={exception} /> : null;
}

function OfInvoice({ id, exception }: { id: string; exception: Exception }) {
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const isAsked = exception.status === "open" || exception.status === "claimed";
  return (
    <Reading of={useQuery(invoiceOf(id))} rows={2}>
      {(invoice) => (
        <Stack gap="xs">
          {invoice.disputed && isAsked && (
            <Group justify="space-between">
              <Text size="sm">
                {formatMoney(invoice.disputed)} of {formatMoney(invoice.gross)} disputed ({invoice.dispute_code})
              </Text>
              <GuardedButton
                size="xs"
                variant="default"
                why={me && mayNotDecide(exception, me)}
                onClick={() => setOpen(true)}
              >
                Decide in parts …
              </GuardedButton>
            </Group>
          )}
          <DisputeDecisions invoice={id} decisions={invoice.decisions} />
          {isOpen && (
            <SettleDispute
              invoice={id}
              currency={invoice.gross.currency}
              authority={`This is for ${either(exception.deciders)}, with a limit that covers what is given away.`}
              onClose={() => setOpen(false)}
            />
          )}
        </Stack>
      )}
    </Reading>
  );
}
