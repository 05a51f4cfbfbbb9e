import { mayNotPost } from "../../api/rights";
import type { Me } from "../../api/types";

/** What can happen to stock beside orders. */
export type Kind = "adjust" | "count" | "receipt" | "supply" | "safety";

/** What is asked beside item, warehouse and units. */
type Part = "blocked" | "document" | "reason" | "day";

interface What {
  readonly name: string;
  /** What it means, and what follows. */
  readonly says: string;
  /** What its units are. */
  readonly units: string;
  readonly needs: readonly Part[];
}

export const KINDS: Readonly<Record<Kind, What>> = {
  adjust: {
    name: "Found or lost",
    says: "Units that are there and were not known, or the other way round. What can no longer be kept is taken from the least important promises.",
    units: "More, or less with a minus",
    needs: ["blocked", "document", "reason"],
  },
  count: {
    name: "Counted",
    says: "What was counted is what is there. The difference is found or lost.",
    units: "Units that were counted",
    needs: ["blocked", "document", "reason"],
  },
  receipt: {
    name: "Goods came in",
    says: "Those who wait are served at once.",
    units: "Units that came in",
    needs: ["document"],
  },
  supply: {
    name: "Supply is expected",
    says: "Those who wait get new promise dates at once. No units take the announcement back.",
    units: "Units still to come",
    needs: ["document", "day"],
  },
  safety: {
    name: "Safety stock",
    says: "So many units are kept back and promised to nobody.",
    units: "Units that are kept back",
    needs: [],
  },
};

/** What was typed; quantities are in the item's base unit. */
export interface Typed {
  readonly item: string;
  readonly node: string;
  readonly units: number;
  readonly blocked: number;
  readonly document: string;
  readonly reason: string;
  readonly day: string;
}

/** What is still missing or wrong; nothing if it can be sent. */
export function wrongIn(kind: Kind, typed: Typed): string | undefined {
  const { needs } = KINDS[kind];
  if (typed.item.trim() === "") return "the item";
  if (typed.node === "") return "the warehouse";
  if (!Number.isInteger(typed.units) || (kind !== "adjust" && typed.units < 0)) return "the units";
  if (kind === "adjust" && typed.units === 0 && typed.blocked === 0) return "the units";
  if (kind === "receipt" && typed.units === 0) return "the units";
  if (needs.includes("document") && typed.document.trim() === "") return "the document";
  if (needs.includes("reason") && typed.reason.trim() === "") return "the reason";
  return needs.includes("day") && typed.day === "" ? "the day" : undefined;
}

/** Why somebody may not change stock; nothing if nothing speaks against it. */
export const mayNotChangeStock = (me: Me): string | undefined => mayNotPost("/v1/stock/adjustments", me);

/** Why somebody may not promise scarce stock anew. */
export const mayNotPromise = (me: Me): string | undefined => mayNotPost("/v1/backorders/runs", me);
