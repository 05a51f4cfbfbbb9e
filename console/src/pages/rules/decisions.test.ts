import { expect, it } from "vitest";
import { decisionsOf } from "./decisions";

it("a decision asks for the variables that its inputs begin with", () => {
  const xml = `<definitions><decision id="a" name="Route"><decisionTable><input id="i"><inputExpression><text>order.value</text>
    </inputExpression></input><input id="j"><inputExpression><text>tier</text></inputExpression></input></decisionTable></decision></definitions>`;
  expect(decisionsOf(xml)).toEqual([{ id: "a", name: "Route", inputs: ["order", "tier"] }]);
});

it("what is no model has no decisions", () => {
  expect(decisionsOf("<definitions><")).toEqual([]);
});
