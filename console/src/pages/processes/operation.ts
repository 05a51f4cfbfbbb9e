import { mayNotPost } from "../../api/rights";
import type { components } from "../../api/schema";
import type { Me } from "../../api/types";

export type Operation = components["schemas"]["OperationRequest"];
export type Kind = "retry" | "skip" | "cancel" | "suspend" | "resume" | "variables" | "modify" | "migrate";

/** What each operation is called, and what it does. */
export const OPERATIONS: Readonly<Record<Kind, { readonly verb: string; readonly what: string }>> = {
  retry: { verb: "Retry", what: "Tries again where it is stuck: incidents, and what could not be delivered." },
  skip: {
    verb: "Skip",
    what: "Goes on behind what is stuck, as if it were done with these results. It is not tried again.",
  },
  suspend: { verb: "Suspend", what: "No token moves until it is resumed. What comes in is taken and kept." },
  resume: { verb: "Resume", what: "Tokens move again." },
  variables: { verb: "Set variables", what: "Sets variables of the outermost scope. Nothing else moves by that." },
  modify: { verb: "Modify", what: "Moves tokens: some steps end, others begin." },
  migrate: { verb: "Migrate", what: "Goes on with another version of the process." },
  cancel: { verb: "Cancel", what: "Ends it, and everything that it has called. That cannot be undone." },
};

/** What is asked for, as it was typed and chosen. */
export interface Draft {
  readonly kind: Kind;
  /** A JSON object; nothing sets none. */
  readonly variables: string;
  readonly start: readonly string[];
  readonly end: readonly string[];
  readonly moves: readonly { readonly from: string; readonly to: string }[];
  /** The version to go on with; nothing is the latest. */
  readonly version: string;
  /** Lines such as `old = new`. */
  readonly elements: string;
}

export function draft(kind: Kind): Draft {
  return { kind, variables: "", start: [], end: [], moves: [], version: "", elements: "" };
}

/** A draft as a request, or what is still wrong with it. */
export type Made = { readonly operation: Operation } | { readonly wrong: string };

/** Makes the request. Says in words what is missing. */
export function make(given: Draft): Made {
  const variables = variablesOf(given.variables);
  if (variables === undefined) return { wrong: 'Variables are a JSON object, such as {"approved": true}.' };
  switch (given.kind) {
    case "retry":
      return { operation: { type: "retry", variables } };
    case "skip":
      return { operation: { type: "skip", variables } };
    case "variables":
      if (Object.keys(variables).length === 0) return { wrong: "Name at least one variable." };
      return { operation: { type: "modify", variables } };
    case "modify":
      return modification(given, variables);
    case "migrate":
      return migration(given);
    default:
      return { operation: { type: given.kind } };
  }
}

function modification({ start, end, moves }: Draft, variables: Record<string, unknown>): Made {
  const whole = moves.filter(({ from, to }) => from !== "" && to !== "");
  if (whole.length < moves.length)
    return { wrong: "A token that is moved needs a step that it leaves and one that begins." };
  if (start.length + end.length + whole.length === 0) return { wrong: "Choose a step to begin, to end or to move." };
  return { operation: { type: "modify", variables, start: [...start], end: [...end], move: whole } };
}

function migration({ version, elements }: Draft): Made {
  const lines = elements.split("\n").filter((line) => line.trim() !== "");
  const pairs = lines.map((line) => line.split("=").map((part) => part.trim()));
  const bad = pairs.findIndex((pair) => pair.length !== 2 || pair.includes(""));
  if (bad >= 0) return { wrong: `“${lines[bad]?.trim()}” is not of the form old = new.` };
  const named = Object.fromEntries(pairs) as Record<string, string>;
  return { operation: { type: "migrate", version: version === "" ? null : Number(version), elements: named } };
}

/** A typed JSON object; nothing typed is an empty one, and anything else none. */
export function variablesOf(typed: string): Record<string, unknown> | undefined {
  if (typed.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(typed);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Why somebody may not operate on instances; nothing if nothing speaks against it. */
export function mayNotOperate(me: Me | undefined): string | undefined {
  return mayNotPost("/v1/instances/{instance}/operations", me);
}

/** Which operations make sense where an instance stands. */
export function offered(state: string): readonly Kind[] {
  const all: readonly Kind[] = ["retry", "skip", "suspend", "resume", "variables", "modify", "migrate", "cancel"];
  return all.filter((kind) => {
    if (kind === "skip") return state === "incident";
    if (kind === "suspend") return state !== "suspended";
    return kind === "resume" ? state === "suspended" : true;
  });
}
