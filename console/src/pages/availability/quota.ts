import type { PostBody } from "../../api/client";
import type { Quota } from "../../api/types";

/** What can be done with what is kept of an item for groups of channels. */
export type Verb = "allocate" | "unallocate" | "reallocate" | "share";

export const VERBS: Readonly<Record<Verb, { readonly name: string; readonly says: string }>> = {
  allocate: {
    name: "Keep more",
    says: "Units that nobody has a right to are kept for the group; a part of a group takes them from that group.",
  },
  unallocate: { name: "Give back", says: "Units that the group has left go back to where they came from." },
  reallocate: { name: "Move to another group", says: "Units that the group has left are kept for another one." },
  share: { name: "Share by weight", says: "What nobody has a right to is shared by the weights of the groups." },
};

/** What was typed. */
export interface Change {
  readonly verb: Verb;
  /** Everywhere, unless it names a warehouse. */
  readonly node: string;
  readonly group: string;
  readonly to: string;
  readonly units: number;
}

type Body = PostBody<"/v1/stock/quotas">;

/** What is still missing or wrong; nothing if it can be sent. */
export function missingIn({ verb, group, to, units }: Change): string | undefined {
  if (verb === "share") return undefined;
  if (group === "") return "the group";
  if (verb === "reallocate" && (to === "" || to === group)) return "the other group";
  return Number.isInteger(units) && units > 0 ? undefined : "the units";
}

/** What the product is asked to do. */
export function bodyOf(item: string, { verb, node, group, to, units: quantity }: Change): Body {
  const changes: Readonly<Record<Verb, Body["change"]>> = {
    allocate: { allocate: { group, quantity } },
    unallocate: { unallocate: { group, quantity } },
    reallocate: { reallocate: { from: group, to, quantity } },
    share: { share: {} },
  };
  return { item, ...(node === "" ? {} : { node }), change: changes[verb] };
}

/** Units that only a group may still take, at a warehouse or at all of them. */
export function leftOf(quotas: readonly Quota[], group: string, node: string): number {
  return quotas
    .filter((each) => each.group === group && (node === "" || each.node === node))
    .reduce((sum, { left }) => sum + left, 0);
}
