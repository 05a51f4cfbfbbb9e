import { expect, it } from "vitest";
import type { Instance } from "../../api/types";
import { tokensAt } from "./counts";

it("an instance counts once at an element, however often it stands there", () => {
  const instance = (active: string[], state = "running") => ({ active, state }) as Instance;
  expect(tokensAt([instance(["pick", "pick"]), instance(["pick", "bill"], "incident")])).toEqual([
    { element: "pick", count: 2, trouble: true },
    { element: "bill", count: 1, trouble: true },
  ]);
});
