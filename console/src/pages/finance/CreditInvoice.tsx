import { SegmentedControl, Select, Table, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_INVOICES, useChange } from "../../api/mutations";
import type { Invoice } from "../../api/types";
import { Correction } from "../../components/Correction";
import { Heads } from "../../components/Heads";
import { formatMoney } from "../../lib/money";
import { creditOf, linesOf, type TypedCredit, WAY_NAMES, WAYS } from "./credit";

const SAYS: Readonly<Record<TypedCredit["way"], string>> = {
  everything: "Everything that is not credited yet.",
  units: "Units that the customer does not pay: they came back, or never came.",
  prices: "The right prices, where those billed are too high: the difference is credited, the units stay.",
  goodwill: "A net amount that belongs to no units.",
};

const PATH = "/v1/invoices/{invoice}/credit-notes";

/** Credits an invoice, or part of it. */
export function CreditInvoice({ invoice, onClose }: { invoice: Invoice; onClose: () => void }) {
  const [typed, setTyped] = useState<TypedCredit>({ way: "units", order: invoice.order, numbers: {}, amount: "" });
  const credit = useChange(
    (body: Parameters<typeof post<typeof PATH>>[1]["body"], idempotencyKey) =>
      post(PATH, { path: { invoice: invoice.id }, body, idempotencyKey }),
    OF_INVOICES,
  );
  const { body, wrong } = creditOf(invoice, typed);
  return (
    <Correction
      title={`Credit ${invoice.number || invoice.id}`}
      verb="Credit"
      path={PATH}
      body={body}
      wrong={wrong}
      change={credit}
      onSubmit={(given) =>
        credit.mutate(given, {
          onSuccess: ({ id }) => {
            notifications.show({ message: `${id} credits ${invoice.number || invoice.id}`, color: "dock" });
            onClose();
          },
        })
      }
      onClose={onClose}
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
    </Correction>
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
