import type { ClientKey } from "../../api/types";
import { relative } from "../../lib/time";

const DAY = 86_400_000;
/** A key that ends within so many milliseconds should have a successor. */
const SOON = 30 * DAY;

/** Whether a key is accepted, and why not. */
export function standingOf(
  key: ClientKey,
  now: Date,
  isShutOut = false,
): { readonly tone: "green" | "orange" | "gray"; readonly text: string } {
  if (key.revoked_at) return { tone: "gray", text: "Revoked" };
  const expires = key.expires ? new Date(key.expires) : undefined;
  if (!key.valid || (expires && expires <= now)) return { tone: "gray", text: "Expired" };
  if (isShutOut) return { tone: "gray", text: "Not accepted: the client is shut out" };
  if (expires && expires.getTime() - now.getTime() < SOON) {
    return { tone: "orange", text: `Ends ${relative(expires, now)}` };
  }
  return { tone: "green", text: "Accepted" };
}

/** The end of a day in the reader's zone; a key without a day has no end. */
export function endOfDay(day: string): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (year === undefined || month === undefined || date === undefined) return null;
  return new Date(year, month - 1, date, 23, 59, 59).toISOString();
}

/** What becomes of the keys that a program has already. */
export type Others = "stay" | "week" | "now";

/** When the other keys end. At once is in a minute: the product takes no end that is over when it arrives. */
export function others(choice: Others, now: Date): string | null {
  if (choice === "stay") return null;
  return new Date(now.getTime() + (choice === "week" ? 7 * DAY : 60_000)).toISOString();
}
