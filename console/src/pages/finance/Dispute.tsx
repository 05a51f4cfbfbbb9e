import { Select, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_INVOICES, useChange } from "../../api/mutations";
import { authorityOf } from "../../api/rights";
import type { Invoice } from "../../api/types";
import { FormDialog, ReasonField } from "../../components/FormDialog";
import { formatMoney, fromMinor, type Money } from "../../lib/money";
import { useMe } from "../../shell/useSession";
import { CODES } from "./deductions";

/** Notes what a customer disputes of an invoice: whoever looks after its code is asked. */
export function OpenDispute({ invoice, onClose }: { invoice: Invoice; onClose: () => void }) {
  const me = useMe();
  const { currency } = invoice.gross;
  const [amount, setAmount] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const dispute = useChange(
    (body: { amount: Money; code: string; reason: string }, idempotencyKey) =>
      post("/v1/invoices/{invoice}/disputes", { path: { invoice: invoice.id }, body, idempotencyKey }),
    OF_INVOICES,
  );
  return (
    <FormDialog
      title={`${invoice.number || invoice.id} is disputed`}
      onClose={onClose}
      onSubmit={() =>
        dispute.mutate(
          { amount: { amount: amount.trim(), currency }, code: code ?? "UNK", reason: reason.trim() },
          { onSuccess: onClose },
        )
      }
      change={dispute}
      verb="Note the dispute"
      disabled={amount.trim() === "" || code === null || reason.trim() === ""}
    >
      <Text size="sm">
        What is disputed is not dunned until somebody decides; the rest of the invoice stays due on its day.
      </Text>
      <TextInput
        label={`Amount, ${currency}, tax included`}
        description="At most what is open."
        inputMode="decimal"
        value={amount}
        onChange={(event) => setAmount(event.currentTarget.value)}
        required
      />
      <Select
        label="What about"
        data={Object.entries(CODES).map(([value, says]) => ({ value, label: `${value}: ${says}` }))}
        value={code}
        onChange={setCode}
        required
      />
      <ReasonField value={reason} onChange={setReason} />
      <Text size="sm" className="muted">
        {authorityOf("/v1/invoices/{invoice}/disputes", me)}
      </Text>
    </FormDialog>
  );
}

interface SettleProps {
  readonly invoice: string;
  readonly currency: string;
  /** Who may, in words. */
  readonly authority: string;
  readonly onClose: () => void;
}

/** Decides on what is in dispute: part is credited, part written off, and the rest is due. */
export function SettleDispute({ invoice, currency, authority, onClose }: SettleProps) {
  const [granted, setGranted] = useState("");
  const [writtenOff, setWrittenOff] = useState("");
  const [reason, setReason] = useState("");
  const settle = useChange(
    (body: { granted?: Money; written_off?: Money; reason: string }, idempotencyKey) =>
      post("/v1/invoices/{invoice}/disputes/settlement", { path: { invoice }, body, idempotencyKey }),
    OF_INVOICES,
  );
  function submit(): void {
    const body = {
      ...(granted.trim() === "" ? {} : { granted: { amount: granted.trim(), currency } }),
      ...(writtenOff.trim() === "" ? {} : { written_off: { amount: writtenOff.trim(), currency } }),
      reason: reason.trim(),
    };
    settle.mutate(body, {
      onSuccess: ({ granted_minor, written_off_minor, refused_minor }) => {
        const money = (minor: number): string => formatMoney(fromMinor(minor, currency));
        const message = `${money(granted_minor)} credited, ${money(written_off_minor)} written off, ${money(refused_minor)} still due`;
        notifications.show({ message, color: "dock" });
        onClose();
      },
    });
  }
  return (
    <FormDialog
      title={`Decide on what is disputed of ${invoice}`}
      onClose={onClose}
      onSubmit={submit}
      change={settle}
      verb="Decide"
      disabled={reason.trim() === ""}
    >
      <Text size="sm">
        What is neither credited nor written off is no longer disputed, and still due. The letter that tells the
        customer is on the invoice afterwards.
      </Text>
      <TextInput
        label={`Credit, ${currency}, tax included`}
        placeholder="0.00"
        inputMode="decimal"
        value={granted}
        onChange={(event) => setGranted(event.currentTarget.value)}
      />
      <TextInput
        label={`Write off, ${currency}`}
        placeholder="0.00"
        inputMode="decimal"
        value={writtenOff}
        onChange={(event) => setWrittenOff(event.currentTarget.value)}
      />
      <ReasonField value={reason} onChange={setReason} />
      <Text size="sm" className="muted">
        {authority}
      </Text>
    </FormDialog>
  );
}
