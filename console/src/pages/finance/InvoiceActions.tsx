import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { openExceptions } from "../../api/queries";
import { mayNotPost } from "../../api/rights";
import type { Invoice } from "../../api/types";
import { GuardedItem } from "../../components/GuardedItem";
import { either } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { mayNotDecide } from "../exceptions/authority";
import { CreditInvoice } from "./CreditInvoice";
import { OpenDispute, SettleDispute } from "./Dispute";

type Dialog = "credit" | "dispute" | "settle";

/** What can be done about a bill: credit it, note a dispute, decide on one. Billing anew is of its order, at other prices or terms. */
export function InvoiceActions({ invoice }: { invoice: Invoice }) {
  const me = useMe();
  const [dialog, setDialog] = useState<Dialog>();
  const isDisputed = invoice.disputed !== null && invoice.disputed !== undefined;
  const asked = useQuery({ ...openExceptions(), enabled: isDisputed }).data?.items.find(
    ({ kind, subject }) => kind === "DEDUCTION" && subject === `invoice ${invoice.id}`,
  );
  const close = (): void => setDialog(undefined);
  if (invoice.kind !== "invoice") return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="xs" variant="default" rightSection={<IconChevronDown size={15} />}>
            Credit or dispute
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <GuardedItem why={mayNotPost("/v1/invoices/{invoice}/credit-notes", me)} onClick={() => setDialog("credit")}>
            Credit it, or part of it …
          </GuardedItem>
          {isDisputed ? (
            <GuardedItem why={asked && me && mayNotDecide(asked, me)} onClick={() => setDialog("settle")}>
              Decide on the dispute …
            </GuardedItem>
          ) : (
            <GuardedItem why={mayNotPost("/v1/invoices/{invoice}/disputes", me)} onClick={() => setDialog("dispute")}>
              The customer disputes it …
            </GuardedItem>
          )}
        </Menu.Dropdown>
      </Menu>
      {dialog === "credit" && <CreditInvoice invoice={invoice} onClose={close} />}
      {dialog === "dispute" && <OpenDispute invoice={invoice} onClose={close} />}
      {dialog === "settle" && (
        <SettleDispute
          invoice={invoice.id}
          currency={invoice.gross.currency}
          authority={`This is for ${asked ? either(asked.deciders) : `whoever looks after ${invoice.dispute_code}`}, with a limit that covers what is given away.`}
          onClose={close}
        />
      )}
    </>
  );
}
