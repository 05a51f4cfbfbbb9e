import { SegmentedControl, Select, Table, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_INVOICES, useChange } from "../../api/mutations";
import { authorityOf } from "../../api/rights";
import type { Invoice } from "../../api/types";
import { FormDialog, ReasonField } from "../../components/FormDialog";
import { Heads } from "../../components/Heads";
import { formatMoney } from "../../lib/money";
import { useMe } from "../../shell/useSession";
import { creditOf, linesOf, type TypedCredit, WAY_NAMES, WAYS } from "./credit";

const SAYS: Readonly<Record<TypedCredit["way"], string>> = {
  everything: "Everything that is not credited yet.",
  units: "Units that the customer does not pay: they came back, or never came.",
  prices: "The right prices, where those billed are too high: the difference is credited, the units stay.",
  goodwill: "A net amount that belongs to no units.",
};

/** Credits an invoice, or part of it. */
export function CreditInvoice({ invoice, onClose }: { invoice: Invoice; onClose: () => void }) {
  const me = useMe();
  const [typed, setTyped] = useState<TypedCredit>({ way: "units", order: invoice.order, numbers: {}, amount: "" });
  const [reason, setReason] = useState("");
  const credit = useChange(
    (body: Parameters<typeof post<"/v1/invoices/{invoice}/credit-notes">>[1]["body"], idempotencyKey) =>
      post("/v1/invoices/{invoice}/credit-notes", { path: { invoice: invoice.id }, body, idempotencyKey }),
    OF_INVOICES,
  );
  const { body, wrong } = creditOf(invoice, typed);
  function submit(): void {
    if (!body) return;
    credit.mutate(
      { ...body, reason: reason.trim() },
      {
        onSuccess: ({ id }) => {
          notifications.show({ message: `${id} credits ${invoice.number || invoice.id}`, color: "dock" });
          onClose();
        },
      },
    );
  }
  return (
    <FormDialog
      title={`Credit ${invoice.number || invoice.id}`}
      onClose={onClose}
      onSubmit={submit}
      pending={credit.isPending}
      error={credit.error}
      verb="Credit"
      disabled={!body || reason.trim() === ""}
      size="lg"
    >
      {invoice.orders.length > 1 && (
        <Select
          label="Order"
          description="It bills several: a credit note is about one."
          data={[...invoice.orders]}
          value={typed.order}
          onChange={(order) => setTyped({ ...typed, order: order ?? invoice.order, numbers: {} })}
          allowDeselect={false}
          maw={220}
        />
      )}
      <SegmentedControl
        aria-label="What is credited"
        data={WAYS.map((value) => ({ value, label: WAY_NAMES[value] }))}
        value={typed.way}
        onChange={(value) =>
          setTyped({ ...typed, way: WAYS.find((each) => each === value) ?? "units", numbers: {}, amount: "" })
        }
      />
      <Text size="sm">{SAYS[typed.way]}</Text>
      {(typed.way === "units" || typed.way === "prices") && (
        <LineNumbers invoice={invoice} typed={typed} onChange={(numbers) => setTyped({ ...typed, numbers })} />
      )}
      {typed.way === "goodwill" && (
        <TextInput
          label={`Net amount, ${invoice.gross.currency}`}
          inputMode="decimal"
          value={typed.amount}
          onChange={(event) => setTyped({ ...typed, amount: event.currentTarget.value })}
          maw={200}
        />
      )}
      {wrong && (
        <Text size="sm" className="late" role="status">
          {wrong}
        </Text>
      )}
      <ReasonField value={reason} onChange={setReason} />
      <Text size="sm" className="muted">
        {authorityOf("/v1/invoices/{invoice}/credit-notes", me, "What is given away of one invoice")}
      </Text>
    </FormDialog>
  );
}

interface LineNumbersProps {
  readonly invoice: Invoice;
  readonly typed: TypedCredit;
  readonly onChange: (numbers: TypedCredit["numbers"]) => void;
}

/** What is billed of the order line by line, with a number to type. */
function LineNumbers({ invoice, typed, onChange }: LineNumbersProps) {
  const label = typed.way === "units" ? "Credit units" : "Right price";
  return (
    <div style={{ maxHeight: 320, overflow: "auto" }}>
      <Table>
        <Heads of={["Line", "Item", { num: "Billed" }, { num: "Price" }, label]} />
        <Table.Tbody>
          {linesOf(invoice, typed.order).map((line) => (
            <Table.Tr key={line.line}>
              <Table.Td>{line.line}</Table.Td>
              <Table.Td>{line.item}</Table.Td>
              <Table.Td className="num">{line.quantity}</Table.Td>
              <Table.Td className="num">
                {formatMoney({ amount: line.price, currency: invoice.gross.currency })}
              </Table.Td>
              <Table.Td w={130}>
                <TextInput
                  aria-label={`${label}, line ${line.line}`}
                  size="xs"
                  inputMode="decimal"
                  placeholder={typed.way === "units" ? "0" : line.price}
                  value={typed.numbers[line.line] ?? ""}
                  onChange={(event) => onChange({ ...typed.numbers, [line.line]: event.currentTarget.value })}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
