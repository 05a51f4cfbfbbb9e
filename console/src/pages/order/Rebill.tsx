import { Checkbox, Group, Table, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { OF_INVOICES, useChange } from "../../api/mutations";
import { account } from "../../api/queries";
import type { Order } from "../../api/types";
import { Correction } from "../../components/Correction";
import { Heads } from "../../components/Heads";
import type { Prices } from "./LineQuantities";
import { type RebillBody, rebillOf, type TypedTerms } from "./rebill";

const PATH = "/v1/orders/{order}/rebillings";

/** Credits what was billed at wrong prices or terms, and bills the same units anew: each invoice gets a credit note and a replacement. */
export function Rebill({ order, onClose }: { order: Order; onClose: () => void }) {
  const customer = useQuery(account(order.account)).data;
  const [prices, setPrices] = useState<Prices>({});
  const [terms, setTerms] = useState<TypedTerms>();
  const rebill = useChange(
    (body: RebillBody & { reason: string }, idempotencyKey) =>
      post(PATH, { path: { order: order.id }, body, idempotencyKey }),
    OF_INVOICES,
  );
  const { body, wrong } = rebillOf(order, prices, terms);
  function toggle(isOn: boolean): void {
    const known = customer?.terms;
    setTerms(
      isOn
        ? {
            net_days: String(known?.net_days ?? ""),
            discount_percent: known?.discount_percent ?? "0",
            discount_days: String(known?.discount_days ?? 0),
          }
        : undefined,
    );
  }
  const billed = order.lines.filter(({ invoiced, credited }) => invoiced > credited);
  return (
    <Correction
      title={`Bill ${order.id} anew`}
      verb="Credit and bill anew"
      path={PATH}
      body={body}
      wrong={wrong}
      change={rebill}
      onSubmit={(given) =>
        rebill.mutate(given, {
          onSuccess: ({ rebilled }) => {
            const message = rebilled
              .map(({ invoice, credit_note, replacement }) => `${invoice}: ${credit_note} and ${replacement}`)
              .join("; ");
            notifications.show({ title: "Credited and billed anew", message, color: "dock" });
            onClose();
          },
        })
      }
      onClose={onClose}
      also="Better terms are for whoever grants credit."
    >
      <Text size="sm">
        What is posted stays as it is: each invoice gets a credit note, and a new invoice for the same units that names
        it. What is still to ship gets the new prices and terms, too.
      </Text>
      <div style={{ maxHeight: 300, overflow: "auto" }}>
        <Table>
          <Heads of={["Line", "Item", { num: "Billed" }, `Price, ${order.net.currency}`]} />
          <Table.Tbody>
            {billed.map((line) => (
              <Table.Tr key={line.line}>
                <Table.Td>{line.line}</Table.Td>
                <Table.Td>{line.item}</Table.Td>
                <Table.Td className="num">{line.invoiced - line.credited}</Table.Td>
                <Table.Td w={140}>
                  <TextInput
                    aria-label={`Price, line ${line.line}`}
                    size="xs"
                    inputMode="decimal"
                    value={prices[line.line] ?? line.price}
                    onChange={(event) => setPrices({ ...prices, [line.line]: event.currentTarget.value })}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Checkbox
        label="By other payment terms"
        checked={terms !== undefined}
        disabled={!customer}
        onChange={(event) => toggle(event.currentTarget.checked)}
      />
      {terms && (
        <Group gap="xs" align="end">
          <TextInput
            label="Due after days"
            inputMode="numeric"
            value={terms.net_days}
            onChange={(event) => setTerms({ ...terms, net_days: event.currentTarget.value })}
            w={130}
          />
          <TextInput
            label="Discount, %"
            inputMode="decimal"
            value={terms.discount_percent}
            onChange={(event) => setTerms({ ...terms, discount_percent: event.currentTarget.value })}
            w={130}
          />
          <TextInput
            label="Within days"
            inputMode="numeric"
            value={terms.discount_days}
            onChange={(event) => setTerms({ ...terms, discount_days: event.currentTarget.value })}
            w={130}
          />
        </Group>
      )}
    </Correction>
  );
}
