import { words } from "../../lib/words";

/** What a file holds, by its ending. */
export type FileKind = "process" | "decisions" | "form";

export function kindOf(resource: string | null | undefined): FileKind {
  if (resource?.endsWith(".dmn")) return "decisions";
  return resource?.endsWith(".form") ? "form" : "process";
}

export const KINDS = ["process", "decisions", "form"] as const satisfies readonly FileKind[];

const NAMES: Readonly<Record<FileKind, string>> = { process: "Process", decisions: "Decisions", form: "Form" };

export const kindInWords = (kind: FileKind): string => NAMES[kind];

/** `dmn:credit-policy` becomes “Credit policy”. */
export function nameOf(definition: string): string {
  return words(definition.replace(/^(dmn|form):/, ""));
}

/** Who may work at drafts: the roles that the product lets. */
const MAY = ["operations", "admin", "director"];

/** Why somebody may not work at drafts; nothing if they may. */
export function mayNotEdit(roles: readonly string[]): string | undefined {
  return roles.some((role) => MAY.includes(role)) ? undefined : "Drafts are for operations, admin or director.";
}

/** Why somebody may not judge a draft: whoever has written at it does not approve it. */
export function mayNotJudge(me: string, roles: readonly string[], authors: readonly string[]): string | undefined {
  if (authors.includes(me)) return "You have written at it; another person approves it or gives it back.";
  return mayNotEdit(roles);
}
