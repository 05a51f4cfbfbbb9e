import { expect, it } from "vitest";
import { decisionsOf } from "./decisions";

it("a decision asks for the variables that its inputs begin with", () => {
  const xml = `<definitions><decision id="a" name="Route"><decisionTable><input id="i"><inputExpression><text>order.value</text>
    </inputExpression></input><input id="j"><inputExpression><text>tier</text></inputExpression></input></decisionTable></decision></definitions>`;
  expect(decisionsOf(xml)).toEqual([{ id: "a", name: "Route", inputs: ["order", "tier"] }]);
});

it("a decision asks for what the decisions need that it requires, and not for what they compute", () => {
  const table = (text: string) =>
    `<decisionTable><input><inputExpression><text>${text}</text></inputExpression></input></decisionTable>`;
  const requires = (id: string) => `<informationRequirement><requiredDecision href="#${id}"/></informationRequirement>`;
  const xml = `<definitions>
    <decision id="routing" name="Routing">${requires("severity")}${table("severity_level")}</decision>
    <decision id="severity" name="Severity"><variable name="severity_level"/>${requires("tier")}${table("stake")}${table("tier")}</decision>
    <decision id="tier" name="Tier">${table("account.revenue")}</decision>
    <decision id="other" name="Other">${table("weather")}</decision></definitions>`;
  expect(decisionsOf(xml).map(({ inputs }) => inputs)).toEqual([
    ["stake", "account"],
    ["stake", "account"],
    ["account"],
    ["weather"],
  ]);
});

it("what is no model has no decisions", () => {
  expect(decisionsOf("<definitions><")).toEqual([]);
});

it("decisions that require each other are no endless way", () => {
  const one = (id: string, other: string) =>
    `<decision id="${id}"><informationRequirement><requiredDecision href="#${other}"/></informationRequirement></decision>`;
  expect(decisionsOf(`<definitions>${one("a", "b")}${one("b", "a")}</definitions>`)).toHaveLength(2);
});
