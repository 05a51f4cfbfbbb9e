import { get } from "./client";
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

function isSubject({ subject, correlationid }: CloudEvent, wanted: string): boolean {
  const [mine, theirs] = [subject.toLowerCase(), wanted.trim().toLowerCase()];
  return mine === theirs || mine.split(" ").slice(1).join(" ") === theirs || correlationid?.toLowerCase() === theirs;
}

/** `order.hold_released` as people write it: order hold released. */
function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[._ ]+/g, " ");
}

/** Whether an event is among those that are looked for. */
export function matches(event: CloudEvent, { subject, actor, type, from, to }: TrailFilter): boolean {
  if (subject && !isSubject(event, subject)) return false;
  if (actor && event.actor.toLowerCase() !== actor.trim().toLowerCase()) return false;
  if (type && !plain(nameOf(event)).includes(plain(type))) return false;
  const time = Date.parse(event.time);
  return (!from || time >= Date.parse(from)) && (!to || time <= Date.parse(to));
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

/** Entries that are read at a time. */
const WINDOW = 100;
/** So many events are enough for a stretch, and so many windows. */
const ENOUGH = 100;
const WINDOWS = 10;
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

/** Searches backwards from a position, or from the end. The product has no search of its own: pages are read and looked through. */
export async function searchBack(filter: TrailFilter, below: number, signal: AbortSignal): Promise<Stretch> {
  const start = below > 0 ? below : await head(filter, signal);
  const bottom = await floor(filter, signal);
  const items: CloudEvent[] = [];
  let reached: string | undefined;
  let rest = start;
  for (let read = 0; read < WINDOWS && rest > bottom && items.length < ENOUGH; read += 1) {
    const after = Math.max(bottom, rest - WINDOW);
    const { events } = await get("/v1/events", { query: { after, limit: rest - after }, signal });
    items.push(...events.filter((event) => matches(event, filter)).reverse());
    reached = events[0]?.time ?? reached;
    const isBefore = filter.from && reached && Date.parse(reached) < Date.parse(filter.from);
    rest = isBefore ? bottom : after;
  }
  return { items, head: start, rest: rest > bottom ? rest : 0, reached };
}
