import { describe, expect, it } from "vitest";
import { blank, wrongNewId } from "./blank";

describe("something new", () => {
  it("has a file whose ending says what it is, under its own id", () => {
    expect(blank("process", "check-rebate", "Check & rebate")).toMatchObject({ resource: "check-rebate.bpmn" });
    expect(blank("process", "check-rebate", "Check & rebate").content).toContain('name="Check &amp; rebate"');
    expect(blank("decisions", "rebate", "Rebate").resource).toBe("rebate.dmn");
    expect(JSON.parse(blank("form", "ask", "Ask").content)).toMatchObject({ id: "ask", type: "default" });
  });

  it("takes no name that is no id, or that is taken in any kind", () => {
    expect(wrongNewId("Check", [])).toMatch(/Small letters/);
    expect(wrongNewId("credit-policy", ["dmn:credit-policy"])).toMatch(/begin a draft of it/);
    expect(wrongNewId("rebate", ["dmn:credit-policy"])).toBeUndefined();
  });
});
