import { Stack, Table, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { account, returnRequest } from "../../api/queries";
import { Heads } from "../../components/Heads";
import { Fact } from "../../components/Page";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import { formatMoney, fromMinor } from "../../lib/money";

/** Where a return stands on the page of its case. */
export const RETURN = "return";

/** What a customer wants to give back: of which order, what of it, and what is asked for besides. */
export function ReturnContext({ id }: { id: string }) {
  const reading = useQuery(returnRequest(id));
  const accountId = reading.data?.account;
  const customer = useQuery({ ...account(accountId ?? ""), enabled: accountId !== undefined }).data;
  const currency = customer?.receivable.currency;
  return (
    <Stack gap="xs" style={{ borderTop: "1px solid var(--cd-line)", paddingTop: 12 }}>
      <Title order={3} id={RETURN}>
        Return {id}
      </Title>
      <Reading of={reading} rows={3}>
        {(found) => (
          <>
            <dl style={{ display: "grid", gridTemplateColumns: "repeat(3, 1fr)", gap: "10px 16px", margin: 0 }}>
              <Fact name="Customer">{customer?.name ?? found.account}</Fact>
              <Fact name="Their reference">{found.reference || "–"}</Fact>
              <Fact name="Asked">
                <When at={found.requested_at} />
              </Fact>
              <Fact name="Order">
                {found.order ? (
                  <Link to="/orders/$order" params={{ order: found.order }}>
                    {found.order}
                  </Link>
                ) : (
                  "none named, none found"
                )}
              </Fact>
              {found.invoice && (
                <Fact name="Invoice">
                  <Link to="/finance/invoices" search={{ open: found.invoice }}>
                    {found.invoice}
                  </Link>
                </Fact>
              )}
              {found.goodwill !== 0 && currency && (
                <Fact name="Credit asked for">{formatMoney(fromMinor(found.goodwill, currency))}, net</Fact>
              )}
            </dl>
            {found.lines.length > 0 && (
              <Table aria-label="What shall come back">
                <Heads of={["Item", { num: "Units" }, "Line of the order"]} />
                <Table.Tbody>
                  {found.lines.map(({ item, quantity, order_line }, at) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the same item may come back of two lines
                    <Table.Tr key={at}>
                      <Table.Td>
                        <Link to="/availability" search={{ item }}>
                          {item}
                        </Link>
                      </Table.Td>
                      <Table.Td className="num">{quantity}</Table.Td>
                      <Table.Td>{order_line ?? <span className="muted">not found</span>}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )}
          </>
        )}
      </Reading>
    </Stack>
  );
}
