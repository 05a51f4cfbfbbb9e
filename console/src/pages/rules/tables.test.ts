import { expect, it } from "vitest";
import { toCsv } from "../../lib/csv";
import { csvOf, tablesOf } from "./tables";

const entry = (tag: string, text: string) => `<${tag}><text>${text}</text></${tag}>`;

it("a table is read with its columns, its rules and what their author says", () => {
  const rule = `<rule id="r"><description>for friends</description>${entry("inputEntry", "&gt; 10")}${entry("inputEntry", "-")}${entry("outputEntry", '"low"')}</rule>`;
  const xml = `<definitions><decision id="a" name="Route"><description>Who decides.</description><decisionTable hitPolicy="FIRST">
    <input id="i" label="Value"><inputExpression><text>order.value</text></inputExpression></input>
    <input id="j"><inputExpression><text>tier</text></inputExpression></input><output id="o" name="severity"/>${rule}
    </decisionTable></decision></definitions>`;
  expect(tablesOf(xml)).toEqual([
    {
      id: "a",
      name: "Route",
      description: "Who decides.",
      policy: "the first rule that matches counts",
      inputs: ["Value", "tier"],
      outputs: ["severity"],
      rules: [{ inputs: ["> 10", ""], outputs: ['"low"'], note: "for friends" }],
      expression: undefined,
    },
  ]);
});

it("a decision without a table has its expression", () => {
  const xml = `<definitions><decision id="a">${entry("literalExpression", "x + 1")}</decision></definitions>`;
  expect(tablesOf(xml)[0]).toMatchObject({ name: "a", expression: "x + 1", rules: [] });
});

it("a table of rules is a file with its inputs, its outputs and the notes", () => {
  const rule = `<rule id="r"><description>for friends</description>${entry("inputEntry", "&gt; 10")}${entry("inputEntry", "-")}${entry("outputEntry", '"low"')}</rule>`;
  const xml = `<definitions><decision id="a"><decisionTable><input id="i" label="Value"/><input id="j" label="Tier"/>
    <output id="o" name="severity"/>${rule}</decisionTable></decision></definitions>`;
  const [table] = tablesOf(xml);
  expect(table && toCsv(table.rules, csvOf(table))).toBe('Value,Tier,severity,note\r\n> 10,,"""low""",for friends\r\n');
});
