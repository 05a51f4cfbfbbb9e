import { Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { account, payment as paymentOf } from "../../api/queries";
import { Amount } from "../../components/Amount";
import { Heads } from "../../components/Heads";
import { Fact } from "../../components/Page";
import { Reading } from "../../components/states";
import { formatMoney, toMinor } from "../../lib/money";
import { day } from "../../lib/time";
import { CODES } from "../finance/deductions";

/** The payment that a case is about: who paid what, for which invoices, and what was deducted under which code. */
export function PaymentContext({ id }: { id: string }) {
  const reading = useQuery(paymentOf(id));
  const accountId = reading.data?.account ?? undefined;
  const customer = useQuery({ ...account(accountId ?? ""), enabled: accountId !== undefined }).data;
  return (
    <Stack gap="xs" style={{ borderTop: "1px solid var(--cd-line)", paddingTop: 12 }}>
      <Title order={3}>
        <Link to="/finance/payments" search={{ open: id }}>
          Payment {id}
        </Link>
      </Title>
      <Reading of={reading} rows={3}>
        {({ amount, value_date, payer_name, remittance, allocations }) => (
          <>
            <dl style={{ display: "grid", gridTemplateColumns: "repeat(3, 1fr)", gap: "10px 16px", margin: 0 }}>
              <Fact name="Paid">
                <Amount of={amount} />
              </Fact>
              <Fact name="Value date">{day(value_date)}</Fact>
              <Fact name="Payer">{customer?.name ?? payer_name}</Fact>
            </dl>
            <Text size="sm">“{remittance || "nothing"}”</Text>
            {allocations.length > 0 && (
              <Table aria-label="What it pays, and what was deducted">
                <Heads of={["Invoice", { num: "Paid" }, { num: "Deducted" }, "Code"]} />
                <Table.Tbody>
                  {allocations.map(({ invoice, amount: paid, deduction, code }) => {
                    const isDeducted = toMinor(deduction) !== 0n;
                    return (
                      <Table.Tr key={invoice}>
                        <Table.Td>
                          <Link to="/finance/invoices" search={{ open: invoice }}>
                            {invoice}
                          </Link>
                        </Table.Td>
                        <Table.Td className="num">{formatMoney(paid)}</Table.Td>
                        <Table.Td className="num">{isDeducted ? formatMoney(deduction) : "–"}</Table.Td>
                        <Table.Td>
                          {isDeducted && code ? `${code} (${CODES[code] ?? "a code of your own"})` : ""}
                        </Table.Td>
                      </Table.Tr>
                    );
                  })}
                </Table.Tbody>
              </Table>
            )}
          </>
        )}
      </Reading>
    </Stack>
  );
}
