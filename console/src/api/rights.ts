import { formatMoney } from "../lib/money";
import { either, inWords } from "../lib/words";
import { ROLES } from "./roles";
import type { Authority, Me } from "./types";

/** What administrators and directors may do: what every role may. */
const EVERY_ROLE: readonly string[] = ["admin", "director"];

/**
 * Why somebody may not post to a path, as the description of the API says; nothing if nothing speaks against it. The product
 * decides in the end.
 */
export function mayNotPost(path: keyof typeof ROLES, me: Me | undefined): string | undefined {
  const may: readonly string[] = ROLES[path];
  if (!me || me.roles.some((role) => may.includes(role) || EVERY_ROLE.includes(role))) return undefined;
  return `This is for ${either(may)}. You are ${me.roles.map(inWords).join(", ") || "without a role"}.`;
}

/** Who may post to a path, and how far the one who asks may go; `what` is what a limit is compared with, where there is one. */
export function authorityOf(path: keyof typeof ROLES, me: Me | undefined, what?: string): string {
  const who = `This is for ${either([...new Set([...ROLES[path], "director"])])}.`;
  return what && me?.limit ? `${who} ${what} may come to ${formatMoney(me.limit)} with you.` : who;
}

/** Why somebody may not do something that the product was asked about beforehand; nothing if they may, and as long as it has not answered. */
export function whyNot(authority: Authority | undefined): string | undefined {
  return authority?.why_not ? `${authority.why_not}.` : undefined;
}
