import type { Order } from "../../api/types";
import type { Money } from "../../lib/money";
import { unshipped } from "../order/buckets";

/** What a list shows of an order; its lines are counted, not kept. */
export interface OrderRow {
  readonly id: string;
  readonly status: string;
  readonly account: string;
  readonly purchaseOrder: string;
  readonly channel: string;
  readonly receivedAt: string;
  readonly requested: string | undefined;
  /** The latest day that was promised for any line. */
  readonly promised: string | undefined;
  /** Lines that are still to ship and have no day. */
  readonly undated: number;
  readonly net: Money;
  readonly owed: Money;
  readonly holds: readonly string[];
  readonly lines: number;
  readonly units: number;
  readonly shipped: number;
}

export function rowOf(order: Order): OrderRow {
  const promises = order.lines.flatMap(({ promise }) => (promise ? [promise] : [])).sort();
  return {
    id: order.id,
    status: order.status,
    account: order.account,
    purchaseOrder: order.purchase_order,
    channel: order.channel,
    receivedAt: order.received_at,
    requested: order.requested ?? undefined,
    promised: promises.at(-1),
    undated: order.lines.filter((line) => !line.promise && unshipped(line) > 0).length,
    net: order.net,
    owed: order.receivable,
    holds: order.holds.map(({ kind }) => kind),
    lines: order.lines.length,
    units: order.lines.reduce((sum, { ordered, cancelled }) => sum + ordered - cancelled, 0),
    shipped: order.lines.reduce((sum, { shipped }) => sum + shipped, 0),
  };
}

/** How orders come in. */
export const CHANNELS = ["api", "file", "edi", "shop"] as const;
export type Channel = (typeof CHANNELS)[number];

/** What may have happened to an order today. */
export const STEPS = ["received", "promised", "released", "shipped", "invoiced"] as const;
export type Step = (typeof STEPS)[number];

/** How a promise stands that is not kept yet: its day is over, or is today or tomorrow. */
export const RISKS = ["missed", "at_risk"] as const;
export type Risk = (typeof RISKS)[number];

/** Whether a row has all the words that were typed in any of its texts. */
export function matches(row: OrderRow, typed: string | undefined): boolean {
  if (!typed) return true;
  const text = `${row.id} ${row.account} ${row.purchaseOrder} ${row.channel} ${row.holds.join(" ")}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The statuses of an order, in the order of its way. */
export const STATUSES = [
  "submitted",
  "validating",
  "on_hold",
  "approved",
  "backordered",
  "in_fulfilment",
  "partially_fulfilled",
  "fulfilled",
  "invoiced",
  "settled",
  "closed",
  "cancelled",
  "rejected",
  "failed",
] as const;

/** Those in which somebody still has something to do; the columns of the board. */
export const ON_THE_WAY = [...STATUSES.slice(0, 10), "failed"] as const;
