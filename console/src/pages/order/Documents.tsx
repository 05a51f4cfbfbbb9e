import { Group, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { invoices, payments, shipments, warehouseOrders } from "../../api/queries";
import type { Invoice, Order, Payment, Shipment, WarehouseOrder } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Status } from "../../components/badges";
import { CsvButton } from "../../components/List";
import { Failure, Loading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { day } from "../../lib/time";
import { count, words } from "../../lib/words";

/** What followed from an order: warehouse orders, shipments, invoices, payments. */
export function Documents({ order }: { order: Order }) {
  return (
    <div style={{ padding: "4px 16px 16px", display: "grid", gap: 20 }}>
      <WarehouseOrders order={order.id} />
      <Shipments order={order.id} />
      <Invoices order={order.id} />
      <Payments order={order} />
    </div>
  );
}

interface PartProps<T> {
  readonly title: string;
  readonly none: string;
  readonly reading: {
    data?: { pages: readonly { items: readonly T[] }[] } | undefined;
    error: unknown;
    isError: boolean;
    refetch: () => unknown;
  };
  readonly head: readonly string[];
  readonly row: (item: T) => ReactNode;
  readonly only?: (item: T) => boolean;
  readonly csv: readonly CsvColumn<T>[];
}

function Part<T>({ title, none, reading, head, row, csv, only = () => true }: PartProps<T>) {
  const items = reading.data?.pages.flatMap((page) => page.items).filter(only);
  return (
    <section>
      <Group justify="space-between" mb={4}>
        <Title order={3}>{title}</Title>
        {items && items.length > 0 && <CsvButton name={title.toLowerCase()} rows={items} columns={csv} />}
      </Group>
      {!items &&
        (reading.isError ? (
          <Failure error={reading.error} again={() => void reading.refetch()} />
        ) : (
          <Loading rows={2} />
        ))}
      {items?.length === 0 && (
        <Text size="sm" className="muted">
          {none}
        </Text>
      )}
      {items && items.length > 0 && (
        <Table.ScrollContainer minWidth={560}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {head.map((name) => (
                  <Table.Th
                    key={name}
                    className={name === "Amount" || name === "Gross" || name === "Units" ? "num" : ""}
                  >
                    {name}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>{items.map(row)}</Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}

function units(lines: readonly { quantity: number }[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

function WarehouseOrders({ order }: { order: string }) {
  return (
    <Part
      title="Warehouse orders"
      none="Nothing has been released to a warehouse yet."
      reading={useInfiniteQuery(warehouseOrders({ order }))}
      csv={WAREHOUSE_ORDERS}
      head={["Number", "Warehouse", "Progress", "Units", "Released"]}
      row={({ id, node, progress, lines, released_at }) => (
        <Table.Tr key={id}>
          <Table.Td>
            <Link to="/fulfilment" search={{ open: id }}>
              {id}
            </Link>
          </Table.Td>
          <Table.Td>{node}</Table.Td>
          <Table.Td>
            <Status of={progress} />
          </Table.Td>
          <Table.Td className="num">{units(lines)}</Table.Td>
          <Table.Td>
            <When at={released_at} />
          </Table.Td>
        </Table.Tr>
      )}
    />
  );
}

function Shipments({ order }: { order: string }) {
  return (
    <Part
      title="Shipments"
      none="Nothing has left yet."
      reading={useInfiniteQuery(shipments({ order }))}
      csv={SHIPMENTS}
      head={["Number", "From", "Units", "Shipped", "Carrier", "Tracking", "Delivered"]}
      row={({ id, node, lines, shipped_at, carrier, tracking, delivered_at }) => (
        <Table.Tr key={id}>
          <Table.Td>
            <Link to="/fulfilment" search={{ tab: "shipments", open: id }}>
              {id}
            </Link>
          </Table.Td>
          <Table.Td>{node}</Table.Td>
          <Table.Td className="num">{units(lines)}</Table.Td>
          <Table.Td>
            <When at={shipped_at} />
          </Table.Td>
          <Table.Td>{carrier || "–"}</Table.Td>
          <Table.Td>{tracking || "–"}</Table.Td>
          <Table.Td>
            <When at={delivered_at} />
          </Table.Td>
        </Table.Tr>
      )}
    />
  );
}

function Invoices({ order }: { order: string }) {
  return (
    <Part
      title="Invoices"
      none="Nothing has been billed yet."
      reading={useInfiniteQuery(invoices({ order }))}
      csv={INVOICES}
      head={["Number", "Kind", "Date", "Due", "Gross", "In the ERP"]}
      row={({ id, number, kind, date, due, gross, erp_reference }) => (
        <Table.Tr key={id}>
          <Table.Td>
            <Link to="/finance/invoices" search={{ open: id }}>
              {number || id}
            </Link>
          </Table.Td>
          <Table.Td>{words(kind)}</Table.Td>
          <Table.Td className="nowrap">{day(date)}</Table.Td>
          <Table.Td className="nowrap">{day(due)}</Table.Td>
          <Table.Td className="num">
            <Amount of={gross} />
          </Table.Td>
          <Table.Td>{erp_reference ?? <span className="muted">not yet</span>}</Table.Td>
        </Table.Tr>
      )}
    />
  );
}

/** Payments are asked for by account, and those are kept that pay an invoice of this order. */
function Payments({ order }: { order: Order }) {
  const ours = new Set(order.invoices);
  return (
    <Part
      title="Payments"
      none={
        ours.size === 0
          ? "There is no invoice to pay yet."
          : `No payment among the newest of the account is for ${count(ours.size, "invoice")} of this order.`
      }
      reading={useInfiniteQuery(payments({ account: order.account }))}
      csv={PAYMENTS}
      only={({ allocations }) => allocations.some(({ invoice }) => ours.has(invoice))}
      head={["Number", "Value date", "Payer", "Amount", "Status", "For"]}
      row={({ id, value_date, payer_name, amount, status, allocations }) => (
        <Table.Tr key={id}>
          <Table.Td>
            <Link to="/finance/payments" search={{ open: id }}>
              {id}
            </Link>
          </Table.Td>
          <Table.Td className="nowrap">{day(value_date)}</Table.Td>
          <Table.Td>{payer_name}</Table.Td>
          <Table.Td className="num">
            <Amount of={amount} />
          </Table.Td>
          <Table.Td>
            <Status of={status} />
          </Table.Td>
          <Table.Td>
            {allocations
              .map(({ invoice }) => invoice)
              .filter((invoice) => ours.has(invoice))
              .join(", ")}
          </Table.Td>
        </Table.Tr>
      )}
    />
  );
}

const WAREHOUSE_ORDERS: readonly CsvColumn<WarehouseOrder>[] = [
  { header: "number", value: ({ id }) => id },
  { header: "order", value: ({ order }) => order },
  { header: "warehouse", value: ({ node }) => node },
  { header: "progress", value: ({ progress }) => progress },
  { header: "released_at", value: ({ released_at }) => released_at },
  { header: "units", value: ({ lines }) => units(lines) },
];

const SHIPMENTS: readonly CsvColumn<Shipment>[] = [
  { header: "number", value: ({ id }) => id },
  { header: "order", value: ({ order }) => order },
  { header: "warehouse", value: ({ node }) => node },
  { header: "shipped_at", value: ({ shipped_at }) => shipped_at },
  { header: "carrier", value: ({ carrier }) => carrier },
  { header: "tracking", value: ({ tracking }) => tracking },
  { header: "delivered_at", value: ({ delivered_at }) => delivered_at },
  { header: "units", value: ({ lines }) => units(lines) },
];

const INVOICES: readonly CsvColumn<Invoice>[] = [
  { header: "number", value: ({ number }) => number },
  { header: "id", value: ({ id }) => id },
  { header: "kind", value: ({ kind }) => kind },
  { header: "date", value: ({ date }) => date },
  { header: "due", value: ({ due }) => due },
  { header: "erp_reference", value: ({ erp_reference }) => erp_reference },
  { header: "currency", value: ({ gross }) => gross.currency },
  { header: "gross", value: ({ gross }) => gross.amount },
];

const PAYMENTS: readonly CsvColumn<Payment>[] = [
  { header: "number", value: ({ id }) => id },
  { header: "value_date", value: ({ value_date }) => value_date },
  { header: "payer", value: ({ payer_name }) => payer_name },
  { header: "status", value: ({ status }) => status },
  { header: "currency", value: ({ amount }) => amount.currency },
  { header: "amount", value: ({ amount }) => amount.amount },
  { header: "for", value: ({ allocations }) => allocations.map(({ invoice }) => invoice).join(" ") },
];
