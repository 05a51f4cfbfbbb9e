import { describe, expect, it } from "vitest";
import type { Me } from "../../api/types";
import { elementsOf } from "../../diagram/elements";
import { draft, make, mayNotOperate, offered } from "./operation";

describe("an operation", () => {
  it("is what was chosen, and says what is missing", () => {
    expect(make(draft("suspend"))).toEqual({ operation: { type: "suspend" } });
    expect(make({ ...draft("variables"), variables: '{"approved": true}' })).toEqual({
      operation: { type: "modify", variables: { approved: true } },
    });
    expect(make(draft("variables"))).toEqual({ wrong: "Name at least one variable." });
    for (const variables of ["[1]", "approved", "{"]) {
      expect(make({ ...draft("retry"), variables })).toHaveProperty("wrong");
    }
  });

  it("that moves tokens knows from where to where", () => {
    expect(make(draft("modify"))).toEqual({ wrong: "Choose a step to begin, to end or to move." });
    expect(make({ ...draft("modify"), moves: [{ from: "a", to: "" }] })).toHaveProperty("wrong");
    expect(make({ ...draft("modify"), moves: [{ from: "a", to: "b" }], start: ["c"] })).toEqual({
      operation: { type: "modify", variables: {}, start: ["c"], end: [], move: [{ from: "a", to: "b" }] },
    });
  });

  it("that migrates takes the latest version unless one is named, and steps by their new names", () => {
    expect(make({ ...draft("migrate"), elements: "old = new\n" })).toEqual({
      operation: { type: "migrate", version: null, elements: { old: "new" } },
    });
    expect(make({ ...draft("migrate"), elements: "old" })).toEqual({ wrong: "“old” is not of the form old = new." });
  });

  it("is for operations, and for what the instance can do", () => {
    const me = (...roles: string[]): Me => ({ id: "ann", name: "Ann", kind: "user", roles });
    expect(mayNotOperate(me("sales"))).toBe("This is for operations. You are sales.");
    expect(mayNotOperate(me("operations"))).toBeUndefined();
    expect(offered("suspended")).not.toContain("suspend");
    expect(offered("running")).not.toContain("resume");
  });
});

it("the steps of a model are those at which tokens stand, by their names", () => {
  const xml = `<bpmn:startEvent id="s" name="Order &amp; go"><bpmn:sequenceFlow id="f" name="no"/>
    <bpmn:serviceTask name="Ask tax" id="tax"><bpmn:exclusiveGateway id="g" /><bpmn:task id="t" name=""/>
    <bpmn:extensionElements><zeebe:taskDefinition type="x"/></bpmn:extensionElements>`;
  expect(elementsOf(xml)).toEqual([
    { id: "s", name: "Order & go" },
    { id: "tax", name: "Ask tax" },
    { id: "g", name: "g" },
    { id: "t", name: "t" },
  ]);
});
