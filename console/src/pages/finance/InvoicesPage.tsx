import { Group, SimpleGrid, Table } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { invoice as invoiceOf, invoices } from "../../api/queries";
import type { Invoice } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Tag } from "../../components/badges";
import { FieldFilter } from "../../components/FieldFilter";
import type { Column } from "../../components/Grid";
import { Heads } from "../../components/Heads";
import { Customer, Description } from "../../components/Named";
import { OpenedList } from "../../components/OpenedList";
import { Fact, Page, Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import type { CsvColumn } from "../../lib/csv";
import { formatMoney, size } from "../../lib/money";
import { byServer } from "../../lib/sorting";
import { day } from "../../lib/time";
import { words } from "../../lib/words";
import { DisputeDecisions } from "./DisputeDecisions";
import { InvoiceActions } from "./InvoiceActions";
import { InvoiceFiles } from "./InvoiceFiles";
import { FinanceSections } from "./Sections";

const route = getRouteApi("/finance/invoices");

const COLUMNS: readonly Column<Invoice>[] = [
  {
    id: "number",
    header: "Number",
    width: 170,
    cell: ({ number, id }) => <b>{number || id}</b>,
    by: ({ number }) => number,
  },
  {
    id: "kind",
    header: "Kind",
    width: 110,
    cell: ({ kind }) => <Tag tone={kind === "invoice" ? "gray" : "blue"}>{words(kind)}</Tag>,
    by: ({ kind }) => kind,
  },
  {
    id: "account",
    header: "Customer",
    width: 190,
    cell: ({ account }) => <Customer of={account} />,
    by: ({ account }) => account,
  },
  {
    id: "order",
    header: "Order",
    width: 90,
    cell: ({ order, orders }) => (orders.length > 1 ? `${order} +${orders.length - 1}` : order),
    by: ({ order }) => order,
  },
  {
    id: "po",
    header: "Purchase order",
    width: 130,
    grow: true,
    cell: ({ purchase_order }) => purchase_order || "–",
    by: ({ purchase_order }) => purchase_order,
  },
  { id: "date", header: "Date", width: 118, cell: ({ date }) => day(date), by: ({ date }) => date },
  { id: "due", header: "Due", width: 118, cell: ({ due }) => day(due), by: ({ due }) => due },
  {
    id: "gross",
    header: "Gross",
    width: 110,
    end: true,
    cell: ({ gross }) => <Amount of={gross} />,
    by: ({ gross }) => size(gross),
  },
  {
    id: "erp",
    header: "In the ERP",
    width: 120,
    cell: ({ erp_reference }) => erp_reference ?? <span className="soon">not yet</span>,
    by: ({ erp_reference }) => erp_reference ?? "",
  },
];

const CSV: readonly CsvColumn<Invoice>[] = [
  { header: "number", value: ({ number }) => number },
  { header: "kind", value: ({ kind }) => kind },
  { header: "account", value: ({ account }) => account },
  { header: "order", value: ({ order }) => order },
  { header: "date", value: ({ date }) => date },
  { header: "due", value: ({ due }) => due },
  { header: "currency", value: ({ gross }) => gross.currency },
  { header: "net", value: ({ net }) => net.amount },
  { header: "tax", value: ({ tax }) => tax.amount },
  { header: "gross", value: ({ gross }) => gross.amount },
  { header: "erp_reference", value: ({ erp_reference }) => erp_reference },
];

/** Invoices and credit notes, the newest first. */
export function InvoicesPage() {
  const search = route.useSearch();
  const { account, order, number, sort, open } = search;
  const navigate = route.useNavigate();
  const filter = { ...(account ? { account } : {}), ...(order ? { order } : {}), ...(number ? { number } : {}) };
  // those of an order are few, and come in the order of their numbers
  const by = order ? undefined : byServer(sort, { gross: "value", due: "due" });
  const reading = useInfiniteQuery(invoices({ ...filter, ...(by ? { sort: by } : {}) }));
  function set(change: Partial<typeof search>): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  }
  return (
    <Page title="Invoices" actions={<FinanceSections />}>
      <Group gap="xs">
        <FieldFilter label="Number" value={number} onChange={(value) => set({ number: value })} />
        <FieldFilter label="Account" value={account} onChange={(value) => set({ account: value })} />
        <FieldFilter label="Order" value={order} onChange={(value) => set({ order: value })} />
      </Group>
      <Panel>
        <OpenedList
          noun="invoice"
          reading={reading}
          columns={COLUMNS}
          csv={CSV}
          open={open}
          sort={sort}
          set={set}
          none="Invoices follow shipments by themselves, as the order’s billing says."
        >
          {(id) => <Details id={id} />}
        </OpenedList>
      </Panel>
    </Page>
  );
}

/** A link to another document of the list. */
function Document({ id }: { id: string }) {
  return (
    <Link to="/finance/invoices" search={{ open: id }}>
      {id}
    </Link>
  );
}

function Details({ id }: { id: string }) {
  const reading = useQuery(invoiceOf(id));
  return (
    <Reading of={reading}>
      {(invoice) => (
        <>
          <SimpleGrid cols={3} component="dl" m={0} mb="md">
            <Fact name="Number">{invoice.number || "none yet"}</Fact>
            <Fact name={invoice.orders.length > 1 ? "Orders" : "Order"}>
              {invoice.orders.map((order, at) => (
                <Fragment key={order}>
                  {at > 0 && ", "}
                  <Link to="/orders/$order" params={{ order }} search={{ tab: "documents" }}>
                    {order}
                  </Link>
                </Fragment>
              ))}
            </Fact>
            <Fact name="Account">
              <Link to="/finance/accounts" search={{ account: invoice.account }}>
                <Customer of={invoice.account} />
              </Link>
            </Fact>
            <Fact name="Date">{day(invoice.date)}</Fact>
            <Fact name="Due">{day(invoice.due)}</Fact>
            <Fact name="In the ERP">{invoice.erp_reference ?? "not yet"}</Fact>
            <Fact name="Shipments">{invoice.shipments.join(", ") || "–"}</Fact>
            {invoice.corrects && (
              <Fact name="Corrects">
                <Document id={invoice.corrects} />
              </Fact>
            )}
            {invoice.rebills && (
              <Fact name="Bills anew what is credited by">
                <Document id={invoice.rebills} />
              </Fact>
            )}
            {invoice.disputed && (
              <Fact name="In dispute">
                <Amount of={invoice.disputed} /> {invoice.dispute_code}
              </Fact>
            )}
          </SimpleGrid>
          <Group justify="space-between" align="start">
            <InvoiceFiles id={invoice.id} />
            <InvoiceActions invoice={invoice} />
          </Group>
          <DisputeDecisions invoice={invoice.id} decisions={invoice.decisions} />
          <Table>
            <Heads of={["Line", "Item", { num: "Quantity" }, { num: "Price" }, { num: "Tax" }, { num: "Net" }]} />
            <Table.Tbody>
              {invoice.lines.map((line) => (
                <Table.Tr key={line.line}>
                  <Table.Td>{line.line}</Table.Td>
                  <Table.Td>
                    {line.item} <Description of={line.item} />
                  </Table.Td>
                  <Table.Td className="num">{line.quantity}</Table.Td>
                  <Table.Td className="num">
                    {formatMoney({ amount: line.price, currency: invoice.gross.currency })}
                  </Table.Td>
                  <Table.Td className="num">{line.tax_rate} %</Table.Td>
                  <Table.Td className="num">
                    <Amount of={line.net} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
            <Table.Tfoot>
              {(["freight", "discount", "deposit", "net", "tax", "gross"] as const)
                .filter((name) => ["net", "tax", "gross"].includes(name) || size(invoice[name]) !== 0)
                .map((name) => (
                  <Table.Tr key={name}>
                    <Table.Th colSpan={5} className="num">
                      {words(name)}
                    </Table.Th>
                    <Table.Td className="num" fw={name === "gross" ? 650 : 400}>
                      <Amount of={invoice[name]} />
                    </Table.Td>
                  </Table.Tr>
                ))}
            </Table.Tfoot>
          </Table>
        </>
      )}
    </Reading>
  );
}
