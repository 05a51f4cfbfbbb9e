import type { QueryKey } from "@tanstack/react-query";
import type { CloudEvent } from "./types";

/** The first part of each query's key: what it is about. */
export type Topic =
  | "orders"
  | "exceptions"
  | "tasks"
  | "instances"
  | "invoices"
  | "payments"
  | "shipments"
  | "warehouse-orders"
  | "accounts"
  | "stock"
  | "systems"
  | "dead-letters"
  | "processes"
  | "returns"
  | "progress"
  | "company"
  | "users"
  | "clients"
  | "drafts"
  | "webhooks"
  | "master"
  | "reconciliations"
  | "jobs";

/** Which topics an event's subject, such as `order SO-17`, touches. */
const TOPICS: Readonly<Record<string, readonly Topic[]>> = {
  order: ["orders"],
  exception: ["exceptions", "tasks"],
  invoice: ["invoices"],
  payment: ["payments"],
  shipment: ["shipments"],
  warehouse_order: ["warehouse-orders"],
  account: ["accounts"],
  stock: ["stock"],
  effect: ["systems", "dead-letters"],
  return_request: ["returns"],
  company: ["company", "master"],
  item: ["master"],
  price_book: ["master"],
  reconciliation: ["reconciliations"],
  job: ["jobs", "instances"],
  batch: ["instances"],
  user: ["users"],
  client: ["clients"],
  draft: ["drafts"],
  webhook: ["webhooks"],
};

/** What has changed by some events: whole topics, and within them the things that were named. */
export interface Changes {
  readonly topics: ReadonlySet<Topic>;
  readonly orders: ReadonlySet<string>;
}

/** What some events have changed. Every event moves the figures, and an order's process moves with the order. */
export function changesOf(events: readonly CloudEvent[]): Changes {
  const topics = new Set<Topic>(["progress"]);
  const orders = new Set<string>();
  for (const event of events) {
    const [kind = "", id] = event.subject.split(" ", 2);
    for (const topic of TOPICS[kind] ?? []) topics.add(topic);
    if (kind === "order" && id !== undefined) orders.add(id);
    if (event.correlationid) orders.add(event.correlationid);
    if (event.type.startsWith("com.crossdock.definition.")) topics.add("processes");
  }
  if (orders.size > 0) topics.add("instances");
  return { topics, orders };
}

/** Whether what a query has read may be another by now. A single order is read again only when it was named. */
export function concerns(changes: Changes, key: QueryKey): boolean {
  const [topic, kind, id] = key;
  if (topic === "orders" && kind === "one") return changes.orders.has(String(id));
  return changes.topics.has(topic as Topic);
}
