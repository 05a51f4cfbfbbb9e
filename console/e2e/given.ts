import { inject } from "vitest";
import { ask, until } from "./browser";

export interface Exception {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly order: string | null;
  readonly subject: string;
  readonly resolution?: { readonly action: string; readonly by: string; readonly reason: string };
}
export interface Order {
  readonly id: string;
  readonly status: string;
  readonly account: string;
}

/** Open exceptions of a type. */
export async function open(kind: string): Promise<Exception[]> {
  const { items } = await ask<{ items: Exception[] }>("dora", "/v1/exceptions?status=open&limit=500");
  return items.filter((exception) => exception.kind === kind);
}

/** A new order for one piece of something that is there; it goes its way by itself. */
export async function newOrder(): Promise<string> {
  const { items: stock } = await ask<{ items: { item: string; available: number }[] }>("dora", "/v1/stock?limit=500");
  const { items } = await ask<{ items: Order[] }>("dora", "/v1/orders?status=closed&limit=1");
  const item = stock.find(({ available }) => available > 50)?.item;
  const account = items[0]?.account;
  if (!item || !account) throw new Error("the demo left no stock, or no closed order");
  const body = { account, purchase_order: `PO-${crypto.randomUUID()}`, lines: [{ item, quantity: 1 }] };
  return (await ask<{ id: string }>("sally", "/v1/orders", body)).id;
}

/** An order that waits to be sent as a whole, and whose stock turns out not to be there. */
export async function shortOrder(): Promise<{ order: string; item: string }> {
  const { items } = await ask<{ items: { item: string; node: string; available: number }[] }>(
    "dora",
    "/v1/stock?limit=500",
  );
  const { items: closed } = await ask<{ items: Order[] }>("dora", "/v1/orders?status=closed&limit=1");
  const some = items.find(({ available }) => available > 20 && available < 200);
  const account = closed[0]?.account;
  if (!some || !account) throw new Error("the demo left no stock, or no closed order");
  const places = items.filter(({ item }) => item === some.item);
  const there = places.reduce((sum, { available }) => sum + available, 0);
  const { id } = await ask<{ id: string }>("sally", "/v1/orders", {
    account,
    purchase_order: `PO-${crypto.randomUUID()}`,
    consolidate_until: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    lines: [{ item: some.item, quantity: there + 3 }],
  });
  const isReserved = async () => {
    const { lines } = await ask<{ lines: { backordered: number }[] }>("dora", `/v1/orders/${id}`);
    return lines[0]?.backordered === 3;
  };
  await until(isReserved, "the reservation");
  for (const { item, node } of places) {
    const document = `COUNT-${crypto.randomUUID()}`;
    await ask("wendy", "/v1/stock/counts", { item, node, on_hand: 0, document, reason: "counted" });
  }
  return { order: id, item: some.item };
}

export interface Payment {
  readonly allocations: readonly { readonly invoice: string }[];
}

interface Invoice {
  readonly account: string;
  readonly gross: { readonly amount: string; readonly currency: string };
}

/** Money of a customer who owes the same amount twice and does not say for what; its exception. */
export async function ambiguousPayment(): Promise<Exception> {
  const orders = [await newOrder(), await newOrder()];
  const invoiceOf = async (order: string) =>
    (await ask<{ items: Invoice[] }>("dora", `/v1/invoices?order=${order}`)).items[0];
  const invoices = await Promise.all(orders.map((order) => until(() => invoiceOf(order), `the invoice of ${order}`)));
  const [invoice] = invoices;
  if (!invoice) throw new Error("there is no invoice");
  const { name } = await ask<{ name: string }>("dora", `/v1/accounts/${invoice.account}`);
  const reference = crypto.randomUUID();
  const statement =
    "statement,bank_account,currency,bank_reference,value_date,amount,payer_name,remittance\n" +
    `${reference},GB94BARC10201530093459,${invoice.gross.currency},${reference},2026-11-24,${invoice.gross.amount},${name},thank you\n`;
  const { url, keys } = inject("site");
  const taken = await fetch(`${url}/v1/bank-statements?name=journey.csv`, {
    method: "POST",
    headers: { authorization: `Bearer ${keys.rita}`, "idempotency-key": reference, "content-type": "text/csv" },
    body: statement,
  });
  const { ids } = (await taken.json()) as { ids: string[] };
  const of = async () => (await open("PAYMENT-UNMATCHED")).find(({ subject }) => subject === `payment ${ids[0]}`);
  return until(of, "the ambiguous payment");
}

/** Begins a process of one task that a worker does, of this type; the instance. */
export async function startWork(type: string): Promise<string> {
  const xml = `<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t"><bpmn:process id="${type}" isExecutable="true">
    <bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="do"/>
    <bpmn:serviceTask id="do" name="Do it"><bpmn:extensionElements><zeebe:taskDefinition type="${type}"/></bpmn:extensionElements></bpmn:serviceTask>
    </bpmn:process></bpmn:definitions>`;
  await ask("dora", "/v1/processes", { resources: [{ name: `${type}.bpmn`, xml }] });
  return (await ask<{ id: string }>("dora", `/v1/processes/${type}/instances`, { variables: {} })).id;
}
