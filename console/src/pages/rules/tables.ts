import { type Node, readXml } from "../../diagram/xml";
import type { CsvColumn } from "../../lib/csv";
import { all } from "./decisions";

/** A decision as people read it: a table of rules, or one expression. */
export interface DecisionTable {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** How rules that match at once are dealt with, in words. */
  readonly policy: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly rules: readonly Rule[];
  /** What is computed, where there is no table. */
  readonly expression: string | undefined;
}

export interface Rule {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What its author says about it. */
  readonly note: string;
}

/** Hit policies as the standard names them (DMN 1.5, 8.2.8). */
const POLICIES: Readonly<Record<string, string>> = {
  UNIQUE: "one rule matches at most",
  FIRST: "the first rule that matches counts",
  ANY: "rules that match say the same",
  PRIORITY: "of the rules that match, the output of highest priority counts",
  COLLECT: "all rules that match count",
  "RULE ORDER": "all rules that match count, in their order",
  "OUTPUT ORDER": "all rules that match count, by the priority of their outputs",
};

/** The decisions of a model with their rules; none of what is no model. */
export function tablesOf(xml: string): DecisionTable[] {
  let root: Node;
  try {
    root = readXml(xml);
  } catch {
    return [];
  }
  return all(root, "decision").map((decision) => {
    const { id = "", name = "" } = decision.attributes;
    const table = child(decision, "decisionTable");
    const of = (tag: string): Node[] => table?.children.filter((each) => each.tag === tag) ?? [];
    const policy = table?.attributes["hitPolicy"] ?? "UNIQUE";
    const aggregation = table?.attributes["aggregation"];
    return {
      id,
      name: name || id,
      description: child(decision, "description")?.text ?? "",
      policy: `${POLICIES[policy] ?? policy}${aggregation ? `: ${aggregation.toLowerCase()}` : ""}`,
      inputs: of("input").map((input) => input.attributes["label"] || textOf(child(input, "inputExpression"))),
      outputs: of("output").map(({ attributes }) => attributes["label"] || attributes["name"] || "result"),
      rules: of("rule").map((rule) => ({
        inputs: cells(rule, "inputEntry"),
        outputs: cells(rule, "outputEntry"),
        note: textOf(child(rule, "annotationEntry")) || (child(rule, "description")?.text ?? ""),
      })),
      expression: textOf(child(decision, "literalExpression")) || undefined,
    };
  });
}

const child = (node: Node, tag: string): Node | undefined => node.children.find((each) => each.tag === tag);

function textOf(node: Node | undefined): string {
  return node === undefined ? "" : (child(node, "text")?.text ?? "");
}

/** The entries of a rule; one that is empty, or a dash, matches anything. */
function cells(rule: Node, tag: string): string[] {
  return rule.children.filter((each) => each.tag === tag).map((each) => textOf(each).replace(/^-$/, ""));
}

/** The columns of a table of rules as a file: its inputs, its outputs, and what is noted. */
export function csvOf({ inputs, outputs }: DecisionTable): CsvColumn<Rule>[] {
  return [
    ...inputs.map((header, at) => ({ header, value: (rule: Rule) => rule.inputs[at] })),
    ...outputs.map((header, at) => ({ header, value: (rule: Rule) => rule.outputs[at] })),
    { header: "note", value: ({ note }: Rule) => note },
  ];
}
