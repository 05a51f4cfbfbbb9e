import type { Exception, Invoice, Order } from "../../api/types";
import { fromMinor, type Money, toMinor } from "../../lib/money";
import { day } from "../../lib/time";
import { count, words } from "../../lib/words";
import { unshipped } from "../order/buckets";

/** Something that is not billed to its end, and why. */
export interface Unbilled {
  readonly id: string;
  readonly order: string;
  readonly account: string;
  /** What is still to be done: bill what has shipped, or book what was billed. */
  readonly stage: "to bill" | "to book";
  readonly value: Money;
  /** Since when: the day of the invoice, or when the order came. */
  readonly since: string;
  readonly why: string;
  /** Who has to decide first, if somebody has to. */
  readonly exception: string | undefined;
}

const OF_BILLING: ReadonlySet<string> = new Set([
  "BILLING-BLOCKED",
  "PARTIAL-BILLING-DECISION",
  "INVOICE-REJECTED",
  "TAX",
]);

/** Units that have shipped and are not invoiced: what is invoiced has shipped, too. */
const unbilled = ({ shipped, invoiced }: Order["lines"][number]): number => Math.max(0, shipped - invoiced);

/** What has shipped of an order and is not invoiced, at the prices of its lines and without tax. */
function shippedOf({ lines, net }: Order): Money {
  const minor = lines.reduce((sum, line) => sum + times(line.price, unbilled(line), net.currency), 0n);
  return fromMinor(minor, net.currency);
}

/** A price with any number of digits times units, to the nearest minor unit, exactly. */
export function times(price: string, units: number, currency: string): bigint {
  const [whole = "0", fraction = ""] = price.split(".");
  const scale = 10n ** BigInt(fraction.length);
  const one = toMinor({ amount: "1", currency });
  return (BigInt(whole + fraction) * BigInt(units) * one + scale / 2n) / scale;
}

/** Why what has shipped is not billed, as far as nobody has to decide. */
function policy(order: Order): string {
  const [name = "", rest] = order.billing.split(/[=/]/);
  const until = order.bill_at ? `, ${day(order.bill_at)} at the latest` : "";
  const missing = order.lines.reduce((sum, line) => sum + unshipped(line), 0);
  switch (name) {
    case "on_complete":
      return missing > 0
        ? `Billed when all has shipped: ${count(missing, "unit")} to come${until}`
        : "All has shipped: it is billed next";
    case "weekly":
    case "monthly":
      return order.bill_at
        ? `Billed together with others on ${day(order.bill_at)}`
        : `Billed ${name}, together with others`;
    case "on_delivery":
      return `Billed when its delivery is proved${until}`;
    case "per_shipment":
    case "deposit":
      return "Billed with each shipment: it is billed next";
    default:
      return `${words(name)}${rest ? ` ${rest}` : ""}${until}`;
  }
}

function waitsFor(of: string, exceptions: readonly Exception[]): Exception | undefined {
  return exceptions.find(
    ({ kind, order, subject }) => OF_BILLING.has(kind) && (order === of || subject?.endsWith(` ${of}`)),
  );
}

/** What has shipped and is not invoiced, and what is invoiced and not in the ERP, each with its reason; what waits longest comes first. */
export function backlogOf(
  orders: readonly Order[],
  invoices: readonly Invoice[],
  exceptions: readonly Exception[],
): Unbilled[] {
  const toBill = orders
    .filter(({ lines }) => lines.some((line) => unbilled(line) > 0))
    .map((order): Unbilled => {
      const asked = waitsFor(order.id, exceptions);
      return {
        id: order.id,
        order: order.id,
        account: order.account,
        stage: "to bill",
        value: shippedOf(order),
        since: order.received_at,
        why: asked ? `${words(asked.kind)}: ${asked.reason}` : policy(order),
        exception: asked?.id,
      };
    });
  const toBook = invoices
    .filter(({ erp_reference }) => !erp_reference)
    .map((invoice): Unbilled => {
      const asked = waitsFor(invoice.id, exceptions) ?? waitsFor(invoice.order, exceptions);
      return {
        id: invoice.number || invoice.id,
        order: invoice.order,
        account: invoice.account,
        stage: "to book",
        value: invoice.gross,
        since: invoice.date,
        why: asked ? `${words(asked.kind)}: ${asked.reason}` : "The ERP has not confirmed it yet",
        exception: asked?.id,
      };
    });
  return [...toBill, ...toBook].toSorted((a, b) => a.since.localeCompare(b.since));
}
