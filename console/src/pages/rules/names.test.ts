import { expect, it } from "vitest";
import { kindOf, mayNotEdit, mayNotJudge, nameOf } from "./names";

it("a file's ending tells what it holds, and its id is told in words", () => {
  expect([kindOf("a.bpmn"), kindOf("a.dmn"), kindOf("a.form")]).toEqual(["process", "decisions", "form"]);
  expect(nameOf("dmn:credit-policy")).toBe("Credit policy");
});

it("nobody judges what they have written at, whatever their role", () => {
  expect(mayNotJudge("ada", ["admin"], ["ada"])).toContain("another person");
  expect(mayNotJudge("dora", ["director"], ["ada"])).toBeUndefined();
  expect(mayNotEdit(["sales"])).toContain("operations");
});
