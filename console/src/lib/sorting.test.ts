import { describe, expect, it } from "vitest";
import { byServer } from "./sorting";

describe("sorting", () => {
  it("asks the product for the order of columns that it sorts by, in their direction, and for no other", () => {
    const names = { net: "value" };
    expect(byServer("-net", names)).toBe("-value");
    expect(byServer("net", names)).toBe("value");
    expect(byServer("account", names)).toBeUndefined();
    expect(byServer(undefined, names)).toBeUndefined();
  });
});
