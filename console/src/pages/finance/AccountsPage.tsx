import { Button, Group, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { account as accountOf } from "../../api/queries";
import type { Account } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Tag } from "../../components/badges";
import { Heads } from "../../components/Heads";
import { CsvButton } from "../../components/List";
import { Fact, Page, Panel } from "../../components/Page";
import { Empty, Reading } from "../../components/states";
import { useNow } from "../../components/useNow";
import type { CsvColumn } from "../../lib/csv";
import { day } from "../../lib/time";
import { AllAccounts } from "./AllAccounts";
import { ageing } from "./ageing";
import { ChangeLimit } from "./ChangeLimit";
import { FinanceSections } from "./Sections";

const route = getRouteApi("/finance/accounts");

/** One customer’s account: terms, exposure and what is open. */
export function AccountsPage() {
  const { account } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(account ?? "");
  const reading = useQuery({ ...accountOf(account ?? ""), enabled: account !== undefined });
  return (
    <Page title={account ? `Account ${account}` : "Accounts"} actions={<FinanceSections />}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void navigate({ search: { account: typed.trim() || undefined } });
        }}
      >
        <Group align="end" gap="xs">
          <TextInput
            label="Account number"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            placeholder="17850"
          />
          <Button type="submit" variant="default">
            Show
          </Button>
        </Group>
      </form>
      {account === undefined ? <AllAccounts /> : <Reading of={reading}>{(found) => <Whole account={found} />}</Reading>}
    </Page>
  );
}

const CSV: readonly CsvColumn<Account["open_items"][number]>[] = [
  { header: "invoice", value: ({ invoice }) => invoice },
  { header: "number", value: ({ number }) => number },
  { header: "order", value: ({ order }) => order },
  { header: "due", value: ({ due }) => due },
  { header: "currency", value: ({ open }) => open.currency },
  { header: "amount", value: ({ amount }) => amount.amount },
  { header: "open", value: ({ open }) => open.amount },
];

function Whole({ account }: { account: Account }) {
  const now = useNow();
  const { terms } = account;
  const discount = terms.discount_days > 0 ? `, ${terms.discount_percent} % within ${terms.discount_days} days` : "";
  const ages = ageing(account.open_items, now, account.receivable.currency);
  return (
    <>
      <Panel id="exposure" title={account.name} aside={account.blocked && <Tag tone="red">Blocked</Tag>}>
        <dl className="facts">
          <Fact name="Credit limit">{account.credit_limit ? <Amount of={account.credit_limit} /> : "none"}</Fact>
          <Fact name="Exposure">
            <b>
              <Amount of={account.exposure} />
            </b>
          </Fact>
          <Fact name="Open orders">
            <Amount of={account.open_orders} />
          </Fact>
          <Fact name="Shipped, not invoiced">
            <Amount of={account.shipped_not_invoiced} />
          </Fact>
          <Fact name="Receivable">
            <Amount of={account.receivable} />
          </Fact>
          <Fact name="Not applied">
            <Amount of={account.unapplied} />
          </Fact>
          <Fact name="Not confirmed">
            <Amount of={account.unconfirmed} />
          </Fact>
          <Fact name="Terms">{terms.prepayment ? "prepayment" : `${terms.net_days} days net${discount}`}</Fact>
        </dl>
        <Group gap="md" px="md" pb="md">
          <ChangeLimit account={account} />
          <Link to="/orders" search={{ account: account.id }}>
            Orders
          </Link>
          <Link to="/finance/invoices" search={{ account: account.id }}>
            Invoices
          </Link>
          <Link to="/finance/payments" search={{ account: account.id }}>
            Payments
          </Link>
          <Link to="/exceptions" search={{ q: account.id }}>
            Cases
          </Link>
        </Group>
      </Panel>
      <Panel
        id="open"
        title="Open items"
        aside={<CsvButton name={`open items of ${account.id}`} rows={account.open_items} columns={CSV} />}
      >
        {account.open_items.length === 0 ? (
          <Empty title="Nothing is open">All that was invoiced is paid, credited or allowed.</Empty>
        ) : (
          <>
            <dl className="facts">
              {ages.map(({ name, sum }) => (
                <Fact key={name} name={name}>
                  <Amount of={sum} />
                </Fact>
              ))}
            </dl>
            <Table.ScrollContainer minWidth={560}>
              <Table>
                <Heads of={["Invoice", "Order", "Due", { num: "Amount" }, { num: "Open" }]} />
                <Table.Tbody>
                  {account.open_items.map((item) => (
                    <Table.Tr key={item.invoice}>
                      <Table.Td>
                        <Link to="/finance/invoices" search={{ open: item.invoice }}>
                          {item.number || item.invoice}
                        </Link>
                      </Table.Td>
                      <Table.Td>
                        <Link to="/orders/$order" params={{ order: item.order }}>
                          {item.order}
                        </Link>
                      </Table.Td>
                      <Table.Td>{day(item.due)}</Table.Td>
                      <Table.Td className="num">
                        <Amount of={item.amount} />
                      </Table.Td>
                      <Table.Td className="num">
                        <Amount of={item.open} />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          </>
        )}
        <Text size="xs" className="muted" px="md" pb="sm">
          Exposure is what counts against the limit today by the company’s policy: open orders, shipped and not
          invoiced, and receivable, less what is not applied. A shared limit counts all who share it.
        </Text>
      </Panel>
    </>
  );
}
