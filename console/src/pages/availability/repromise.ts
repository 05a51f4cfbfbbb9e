import type { PostBody } from "../../api/client";

export type Run = Omit<PostBody<"/v1/backorders/runs">, "commit">;

/** Rules by which scarce stock is confirmed anew. */
export type Rule = "first" | "share" | "improve" | "these";

export const RULES: Readonly<Record<Rule, { readonly name: string; readonly says: string }>> = {
  first: {
    name: "All from the beginning, the first served first",
    says: "Everybody starts from nothing and is served by priority and the day on which it was ordered.",
  },
  share: {
    name: "All from the beginning, shared",
    says: "Everybody starts from nothing and gets a share of what there is, by what is wanted.",
  },
  improve: {
    name: "Nobody has less than before",
    says: "What is free goes to those who still want units; nothing is taken away.",
  },
  these: {
    name: "Certain accounts first",
    says: "They get all that they want before anybody else; the others share what is left from the beginning.",
  },
};

const accountsOf = (text: string): string[] => text.split(/[\s,;]+/).filter((account) => account !== "");

/** What is asked for by a rule. `first` are the accounts that win, as they were typed. */
export function runOf(item: string, node: string, rule: Rule, first: string): Run {
  const accounts = accountsOf(first);
  const wins = rule === "these" && accounts.length > 0 ? [{ strategy: "win" as const, accounts }] : [];
  const rest = { strategy: rule === "improve" ? ("improve" as const) : ("redistribute" as const) };
  return { item, node, segments: [...wins, rest], share: rule === "share" };
}
