import type { Exception, Me } from "../../api/types";
import { formatMoney, fromMinor, toMinor } from "../../lib/money";
import { either, inWords } from "../../lib/words";

/** Actions that give something away, so that a person's limit counts for them (the product refuses them above it). */
const GIVES_AWAY: ReadonlySet<string> = new Set(["release", "write_off", "authorise"]);

/**
 * Why somebody may not decide on an exception; nothing if nothing speaks against it. The product decides in the end: this
 * says beforehand what it is known to say.
 */
export function mayNotDecide(exception: Exception, me: Me): string | undefined {
  const isTheirs = exception.assignee === me.id || exception.deciders.some((role) => me.roles.includes(role));
  if (isTheirs) return undefined;
  return `This is for ${either(exception.deciders)}. You are ${me.roles.map(inWords).join(", ")}.`;
}

/** Why somebody may not take one of its actions. */
export function mayNot(exception: Exception, action: string, me: Me, currency: string): string | undefined {
  const why = mayNotDecide(exception, me);
  if (why) return why;
  if (!me.limit || !GIVES_AWAY.has(action)) return undefined;
  if (BigInt(Math.abs(exception.amount_minor)) <= toMinor(me.limit)) return undefined;
  const stake = formatMoney(fromMinor(exception.amount_minor, currency));
  return `${stake} is at stake, and your limit is ${formatMoney(me.limit)}.`;
}

/** Which authority an action needs, in words. */
export function needs(exception: Exception, action: string): string {
  const limit = GIVES_AWAY.has(action) && exception.amount_minor !== 0 ? ", with a limit that covers the amount" : "";
  return `Needs ${either(exception.deciders)}${limit}`;
}
