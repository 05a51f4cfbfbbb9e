import { get, type Query } from "./client";
import type { CloudEvent } from "./types";

/** Which events are looked for. What is not given does not matter; moments are as the API writes them. */
export interface TrailFilter {
  /** What it happened to, such as `SO-17` or `stock 22650@EAST`; an order finds what belongs to it, too. */
  readonly subject?: string | undefined;
  readonly actor?: string | undefined;
  /** A part of the type, such as `hold_released` or `order`. */
  readonly type?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** `com.crossdock.order.hold_placed.v1` is `order.hold_placed`. */
export function nameOf({ type }: CloudEvent): string {
  return type.replace(/^com\.crossdock\./, "").replace(/\.v\d+$/, "");
}

/** The journal entry of an event, from its id such as `17.3`. */
export function entryOf(id: string): number {
  return Number(id.split(".")[0]);
}

/** `order.hold_released` as people write it: order hold released. */
function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[._ ]+/g, " ");
}

/** The beginning of types that the product understands, as `order.` of `order.hold`. */
const familyOf = (type: string): string | undefined => /^[a-z_]+\./.exec(type.trim())?.[0];

/** What the product is asked for. It knows no parts of types: of `hold_rel` everything is asked for, and looked through here. */
export function questionOf({ subject, actor, type, from, to }: TrailFilter): Query<"/v1/events"> {
  const family = type && familyOf(type);
  return {
    ...(subject ? { subject: subject.trim() } : {}),
    ...(actor ? { actor: actor.trim() } : {}),
    ...(family ? { type: family } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}

/** Whether an event has the part of a type that is looked for. */
export function isOfType(event: CloudEvent, type: string | undefined): boolean {
  return !type || plain(nameOf(event)).includes(plain(type));
}

/** The last of the positions up to `high` of which `isLater` is not true, where it turns from false to true once. */
export async function lastBefore(high: number, isLater: (position: number) => Promise<boolean>): Promise<number> {
  let [low, top] = [0, high];
  while (low < top) {
    const middle = Math.ceil((low + top) / 2);
    if (await isLater(middle)) top = middle - 1;
    else low = middle;
  }
  return low;
}

/** A part of the journal, searched from its end to its beginning. */
export interface Stretch {
  /** What was found, the latest first. */
  readonly items: CloudEvent[];
  /** Where the search began. */
  readonly head: number;
  /** Up to this position everything is still to be searched; 0 when all of it was. */
  readonly rest: number;
  /** The time of the oldest event that was looked at. */
  readonly reached: string | undefined;
}

/** Entries that are read at a time where all of them are told, and where the product looks through them. */
const TOLD = 100;
const LOOKED_THROUGH = 2_000;
/** So many events are enough for a stretch, and so many windows. */
const ENOUGH = 100;
const WINDOWS = 10;
/** Events on a page. */
const PAGE = 1_000;
/** Entries that are looked through for one that has an event with a time. */
const NEAR = 50;

async function head({ to }: TrailFilter, signal: AbortSignal): Promise<number> {
  const { position } = await get("/v1/progress", { signal });
  if (!to) return position;
  return lastBefore(position, async (middle) => {
    const { events } = await get("/v1/events", { query: { after: middle - 1, limit: NEAR }, signal });
    // steps of processes alone have no event: what is not known to be later is searched
    return events[0] !== undefined && Date.parse(events[0].time) > Date.parse(to);
  });
}

/** Before which entry nothing can belong to what is looked for: an order's trail begins with the order. */
async function floor({ subject }: TrailFilter, signal: AbortSignal): Promise<number> {
  const [, order] = /^\s*(?:order )?(SO-\d+)\s*$/i.exec(subject ?? "") ?? [];
  if (!order) return 0;
  const { events } = await get("/v1/orders/{order}/timeline", { path: { order: order.toUpperCase() }, signal });
  return events[0] ? entryOf(events[0].id) - 1 : 0;
}

/** Every event of a window that is looked for, in its order. */
async function within(after: number, upTo: number, filter: TrailFilter, signal: AbortSignal): Promise<CloudEvent[]> {
  const question = questionOf(filter);
  const isOpen = Object.keys(question).length === 0;
  const found: CloudEvent[] = [];
  for (let at = after; at < upTo; ) {
    const { events, next, complete } = await get("/v1/events", {
      query: { ...question, after: at, limit: isOpen ? upTo - at : PAGE },
      signal,
    });
    found.push(...events.filter(({ id }) => entryOf(id) <= upTo));
    if (complete || Number(next) <= at) break;
    at = Number(next);
  }
  return found;
}

/** When an entry was written, as far as something that is told happened in it or near it. */
async function timeNear(position: number, signal: AbortSignal): Promise<string | undefined> {
  const { events } = await get("/v1/events", { query: { after: position, limit: NEAR }, signal });
  return events[0]?.time;
}

/** Searches backwards from a position, or from the end: the product looks through windows of its journal, the latest first. */
export async function searchBack(filter: TrailFilter, below: number, signal: AbortSignal): Promise<Stretch> {
  const start = below > 0 ? below : await head(filter, signal);
  const bottom = await floor(filter, signal);
  const size = Object.keys(questionOf(filter)).length === 0 ? TOLD : LOOKED_THROUGH;
  const items: CloudEvent[] = [];
  let reached: string | undefined;
  let rest = start;
  for (let read = 0; read < WINDOWS && rest > bottom && items.length < ENOUGH; read += 1) {
    const after = Math.max(bottom, rest - size);
    const events = await within(after, rest, filter, signal);
    items.push(...events.filter((event) => isOfType(event, filter.type)).reverse());
    reached = (size === TOLD ? events[0]?.time : await timeNear(after, signal)) ?? reached;
    const isBefore = filter.from && reached && Date.parse(reached) < Date.parse(filter.from);
    rest = isBefore ? bottom : after;
  }
  return { items, head: start, rest: rest > bottom ? rest : 0, reached };
}
