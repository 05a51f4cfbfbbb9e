import { nameOf } from "../../api/trail";
import type { CloudEvent } from "../../api/types";
import { formatMoney } from "../../lib/money";
import { day, duration } from "../../lib/time";
import { count, inWords, words } from "../../lib/words";

/** One entry of the timeline: events of one kind that one command brought about. */
export interface Entry {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly title: string;
  /** What came of it, where that is more than a title holds. */
  readonly outcome: string | undefined;
  readonly reason: string | undefined;
  /** What it is about, if that is not the order. */
  readonly subject: { readonly kind: string; readonly id: string } | undefined;
  readonly events: readonly CloudEvent[];
  /** Book-keeping that most readers do not look for. */
  readonly isDetail: boolean;
}

const DETAILS: ReadonlySet<string> = new Set([
  "order.moved",
  "order.exposure_moved",
  "order.receivable_changed",
  "order.allocated",
  "order.line_priced",
  "order.credit_released",
  "account.item_opened",
  "account.open_orders_changed",
  "account.shipped_changed",
  "account.held_changed",
  // what the order says of them itself
  "fulfilment.shipped",
  "fulfilment.completed",
  "fulfilment.last_shipment_known",
  "shipment.invoiced",
  "effect.requested",
  "effect.ended",
  "effect.rested",
]);

/** Events whose cause is a sentence, where others have a word of the product's own. */
const SAYS_CAUSE: ReadonlySet<string> = new Set(["exception.cleared"]);

/** Records that are kept for the product itself, whatever happens to them. */
const INWARD: ReadonlySet<string> = new Set(["reference", "stock", "counters", "series", "job"]);

function isDetail(event: CloudEvent): boolean {
  return DETAILS.has(nameOf(event)) || INWARD.has(event.subject.split(" ")[0] ?? "");
}

function text(data: CloudEvent["data"], field: string): string | undefined {
  const value = data[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function place(event: CloudEvent): string {
  return event.subject.split(" ").at(-1) ?? "";
}

function subjectOf(event: CloudEvent): Entry["subject"] {
  const [kind = "", id] = event.subject.split(" ", 2);
  return kind === "order" || id === undefined ? undefined : { kind, id };
}

type Sentence = (first: CloudEvent, all: readonly CloudEvent[]) => string;

const SENTENCES: Readonly<Record<string, Sentence>> = {
  "order.received": ({ data }) => `Received by ${inWords(text(data, "channel") ?? "hand")}`,
  "order.validated": () => "Checked",
  "order.approved": () => "Approved",
  "order.closed": () => "Closed: all is paid and matched",
  "order.rejected": () => "Rejected",
  "order.hold_placed": ({ data }) => `Held: ${inWords(holdOf(data))}`,
  "order.hold_released": ({ data }) => `Hold released: ${inWords(text(data, "kind") ?? "")}`,
  "tax.determined": ({ data }) =>
    `Tax determined: ${moneyOf(data["tax"])}${data["degraded"] === true ? ", by our own computation" : ""}`,
  "order.promised": ({ data }, all) =>
    `${all.length > 1 ? `${all.length} lines` : `Line ${text(data, "line")?.slice(2) ?? ""}`} promised for ${dayOf(text(data, "promise"))}`,
  "order.line_priced": (_, all) => `${count(all.length, "line")} priced`,
  "order.allocated": (_, all) => `${count(all.length, "allocation")} of stock`,
  "order.moved": (_, all) => `${count(all.length, "quantity", "quantities")} moved`,
  "order.released": ({ data }) => `Released to the warehouse: ${text(data, "warehouse_order") ?? ""}`,
  "order.shipped": ({ data }) => `Shipped: ${text(data, "shipment") ?? ""}`,
  "order.invoiced": ({ data }) => `Invoiced: ${text(data, "invoice") ?? ""}`,
  "credit.checked": ({ data }) => `Credit checked: ${inWords(text(data, "decision") ?? "")}`,
  "fulfilment.released": ({ data, subject }) =>
    `Warehouse order ${subject.split(" ")[1]} for ${text(data, "node") ?? ""}`,
  "fulfilment.sent": ({ subject }) => `${subject.split(" ")[1]} sent to the warehouse`,
  "fulfilment.acknowledged": ({ subject }) => `${subject.split(" ")[1]} taken on by the warehouse`,
  "fulfilment.rejected": ({ subject }) => `${subject.split(" ")[1]} refused by the warehouse`,
  "fulfilment.dropped": ({ subject, data }) =>
    `${subject.split(" ")[1]}: units of line ${text(data, "line")?.slice(2) ?? ""} will not come from there`,
  "fulfilment.cancel_requested": ({ subject }) => `${subject.split(" ")[1]}: the warehouse is asked to stop`,
  "fulfilment.cancel_confirmed": ({ subject }) => `${subject.split(" ")[1]}: the warehouse has stopped`,
  "fulfilment.cancel_refused": ({ subject }) => `${subject.split(" ")[1]}: too late for the warehouse to stop`,
  "fulfilment.cancelled": ({ subject }) => `${subject.split(" ")[1]} cancelled`,
  "shipment.confirmed": ({ data, subject }) =>
    `Shipment ${subject.split(" ")[1]} left ${text(data, "node") ?? ""}${text(data, "tracking") ? `, tracking ${text(data, "tracking")}` : ""}`,
  "invoice.released": ({ data }) => `Invoice ${text(data, "number") ?? ""} posted`,
  "credit_note.issued": ({ data }) => `Credit note ${text(data, "number") ?? ""} posted`,
  "inventory.repromised": ({ data }) =>
    `Line ${text(data, "line")?.slice(2) ?? ""} promised anew for ${dayOf(text(data, "promise"))}`,
  "inventory.backordered": ({ data }) =>
    `Line ${text(data, "line")?.slice(2) ?? ""}: the supply that it waits for has changed`,
  "pick.confirmed": ({ subject }) => `${subject.split(" ")[1]} picked`,
  "exception.raised": ({ data, subject }) => `${subject.split(" ")[1]} raised: ${words(text(data, "kind") ?? "")}`,
  "exception.resolved": ({ data, subject }) =>
    `${subject.split(" ")[1]} resolved: ${inWords(text(data, "action") ?? "")}`,
  "exception.cleared": ({ subject }) => `${subject.split(" ")[1]} cleared: its cause is gone`,
  "exception.assigned": ({ data, subject }) =>
    text(data, "to")
      ? `${subject.split(" ")[1]} claimed by ${text(data, "to")}`
      : `${subject.split(" ")[1]} given back`,
  "effect.requested": ({ data }) => `Asked: ${text(data, "capability") ?? ""}`,
  "process.decided": ({ data }) => decided(data),
  "message.dead_lettered": ({ data }) => `Could not be delivered: ${text(data, "cause") ?? ""}`,
};

function moneyOf(value: unknown): string {
  const isMoney = typeof value === "object" && value !== null && "amount" in value && "currency" in value;
  return isMoney ? formatMoney({ amount: String(value.amount), currency: String(value.currency) }) : "";
}

/** Of several decisions the last one, which the others served. */
function lastOf(data: CloudEvent["data"]): Made | undefined {
  return Array.isArray(data["decisions"]) ? (data["decisions"] as Made[]).at(-1) : undefined;
}

/** “Decided by exception routing, version 1, rule 8”, and the result if it is one value. */
function decided(data: CloudEvent["data"]): string {
  const last = lastOf(data);
  if (!last) return "A decision was asked";
  const rules = last.explained?.at(-1)?.rules?.map(({ number }) => number) ?? [];
  const by = rules.length === 0 ? "" : `, rule ${rules.join(", ")}`;
  const version = last.version ? `, version ${last.version}` : "";
  return `Decided by ${inWords(last.decision)}${version}${by}${isStructure(last.result) ? "" : `: ${last.result}`}`;
}

const isStructure = (result: string): boolean => /^[{[]/.test(result);

/** `{owner: "credit_clerk", respond: "PT2H"}` becomes “owner: credit clerk, respond: 2 h”. */
function outcomeOf(event: CloudEvent): string | undefined {
  if (nameOf(event) !== "process.decided") return undefined;
  const result = lastOf(event.data)?.result;
  if (result === undefined || !isStructure(result)) return undefined;
  return result
    .replaceAll(/"([^"]*)"/g, (_, value: string) => duration(value) ?? inWords(value))
    .replaceAll(/^[{[]|[}\]]$/g, "")
    .trim();
}

/** What a decision saw and gave, as far as a sentence tells it. */
interface Made {
  readonly decision: string;
  readonly version?: number | null;
  readonly result: string;
  readonly explained?: readonly { readonly rules?: readonly { readonly number: number }[] }[];
}

function dayOf(date: string | undefined): string {
  return date === undefined ? "no date yet" : day(date);
}

function holdOf(data: CloudEvent["data"]): string {
  const hold = data["hold"];
  const kind = typeof hold === "object" && hold !== null && "kind" in hold ? hold.kind : data["kind"];
  return typeof kind === "string" ? kind : "";
}

/** What happened, as a sentence. */
export function titleOf(events: readonly CloudEvent[]): string {
  const [first] = events;
  if (!first) return "Nothing";
  const name = nameOf(first);
  const sentence = SENTENCES[name]?.(first, events);
  if (sentence) return sentence;
  const [kind = "", what = ""] = name.split(".");
  const many = events.length > 1 ? ` (${events.length})` : "";
  // there is one company, one set of counters: their name says it all
  const whose = kind === "order" || place(first) === kind ? "" : ` ${place(first)}`;
  return `${kind === "order" ? words(what) : `${words(kind)}${whose} ${inWords(what)}`}${many}`;
}

/** Why it was done, if somebody said so. */
export function reasonOf(event: CloudEvent): string | undefined {
  return text(event.data, "reason") ?? (SAYS_CAUSE.has(nameOf(event)) ? text(event.data, "cause") : undefined);
}

/** Events in the order in which they happened become entries, the latest first. What one command did to many lines is one entry. */
export function timeline(events: readonly CloudEvent[]): Entry[] {
  const groups = new Map<string, CloudEvent[]>();
  for (const event of events) {
    const [position = ""] = event.id.split(".");
    const name = nameOf(event);
    const alone = name.startsWith("exception.") || name.startsWith("shipment.") || name.startsWith("invoice.");
    const key = `${position} ${name}${alone ? ` ${event.subject}` : ""}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  const entries = [...groups.values()].flatMap((group): Entry[] => {
    const [first] = group;
    if (!first) return [];
    const { id, time: at, actor } = first;
    const reason = reasonOf(first);
    const [title, outcome] = [titleOf(group), outcomeOf(first)];
    const subject = subjectOf(first);
    return [{ id, at, actor, title, outcome, reason, subject, events: group, isDetail: isDetail(first) }];
  });
  return entries.reverse();
}
