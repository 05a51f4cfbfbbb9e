const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** “in 26 min”, “3 h ago”, and from a week on the date itself. */
export function relative(time: Date, now: Date): string {
  const away = time.getTime() - now.getTime();
  const size = Math.abs(away);
  if (size < 45 * SECOND) return away >= 0 ? "in a moment" : "just now";
  if (size >= 7 * DAY) return DATE.format(time);
  const text = span(size);
  return away > 0 ? `in ${text}` : `${text} ago`;
}

/** “26 min”, “3 h 20 min”, “2 d 4 h”. */
export function span(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / MINUTE));
  if (milliseconds < 0.95 * SECOND) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 45 * SECOND) return `${Math.round(milliseconds / SECOND)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 || hours >= 6 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 || days >= 3 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** A length of time as ISO 8601 writes it, such as `PT2H`, as people say it; nothing for other texts. */
export function duration(iso: string): string | undefined {
  const found = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(iso);
  if (!found) return undefined;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = found.map((part) =>
    part === undefined ? 0 : Number(part),
  );
  return span(days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND);
}

/** Date, time and zone, in full. */
export function exact(time: Date): string {
  return EXACT.format(time);
}

/** “14:02”. */
export function clockTime(time: Date): string {
  return CLOCK.format(time);
}

/** A day without a time, as `2026-11-28`, in words. */
export function day(text: string): string {
  const [year = 0, month = 1, date = 1] = text.slice(0, 10).split("-").map(Number);
  return DATE.format(new Date(year, month - 1, date));
}

/** How a deadline stands. */
export type Standing = "late" | "soon" | "fine";

/** Late once it is over; soon in the last quarter of its time, and in the last half hour. */
export function standing(from: Date, due: Date, now: Date): Standing {
  const left = due.getTime() - now.getTime();
  if (left <= 0) return "late";
  const whole = due.getTime() - from.getTime();
  return left <= Math.max(whole / 4, 30 * MINUTE) ? "soon" : "fine";
}

/** The ages into which open work is sorted. */
export const AGES = ["under 1 h", "1 to 8 h", "8 to 24 h", "over 1 d"] as const;
export type Age = (typeof AGES)[number];

export function ageOf(since: Date, now: Date): Age {
  const age = now.getTime() - since.getTime();
  if (age < HOUR) return "under 1 h";
  if (age < 8 * HOUR) return "1 to 8 h";
  return age < DAY ? "8 to 24 h" : "over 1 d";
}

/** A moment as a field of the browser has it, in the reader's zone to the minute; nothing is an empty field. */
export function toLocal(moment: string | undefined): string {
  const time = moment === undefined ? Number.NaN : Date.parse(moment);
  if (Number.isNaN(time)) return "";
  return new Date(time - new Date(time).getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
}

/** What a field of the browser has, as a moment that is the same everywhere. */
export function fromLocal(typed: string): string | undefined {
  const time = new Date(typed).getTime();
  return typed === "" || Number.isNaN(time) ? undefined : new Date(time).toISOString().replace(/:00\.000Z$/, "Z");
}
