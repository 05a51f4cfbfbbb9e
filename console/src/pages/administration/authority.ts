import type { Me } from "../../api/types";
import { inWords } from "../../lib/words";

function youAre(me: Me): string {
  return me.roles.length === 0 ? "You have no role." : `You are ${me.roles.map(inWords).join(", ")}.`;
}

/** Why somebody may not see who may do what; nothing if nothing speaks against it. */
export function mayNotSee(me: Me): string | undefined {
  const may = me.roles.includes("admin") || me.roles.includes("director");
  return may ? undefined : `Only administrators and directors see who may do what. ${youAre(me)}`;
}

/** Why somebody may not change users, clients and their rights. */
export function mayNotChange(me: Me): string | undefined {
  if (me.roles.includes("admin")) return undefined;
  return `Only administrators change users, clients and their rights. ${youAre(me)}`;
}

/** The same for rights and access of a certain person or program: nobody gives them to himself. */
export function mayNotChangeRights(me: Me, of: string): string | undefined {
  const why = mayNotChange(me);
  if (why) return why;
  return of === me.id ? "Nobody changes his own rights: it takes another administrator." : undefined;
}

/** Why somebody may not look after webhooks; nothing if nothing speaks against it. */
export function mayNotSendEvents(me: Me): string | undefined {
  const may = me.roles.some((role) => role === "operations" || role === "admin" || role === "director");
  return may ? undefined : `Only operations, administrators and directors say where events are sent. ${youAre(me)}`;
}

/** Why somebody may not see how the product is set up. */
export function mayNotSeeSettings(me: Me): string | undefined {
  const may = me.roles.includes("admin") || me.roles.includes("director");
  return may ? undefined : `Only administrators and directors see how the product is set up. ${youAre(me)}`;
}
