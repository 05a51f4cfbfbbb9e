import { expect, it } from "vitest";
import { batched } from "./batch";

it("what is asked for in the same moment is looked up together, each code once, and no more than fit", async () => {
  const asked: string[][] = [];
  const look = batched(async (codes) => {
    asked.push([...codes]);
    return Object.fromEntries(codes.filter((code) => code !== "X").map((code) => [code, `is ${code}`]));
  }, 3);
  expect(await Promise.all(["A", "A", "X", "B"].map(look))).toEqual(["is A", "is A", undefined, "is B"]);
  expect(asked).toEqual([["A", "X"], ["B"]]);
  expect(await look("C")).toBe("is C");
});

it("a look-up that fails fails for those who asked, and not for those after them", async () => {
  let isBroken = true;
  const look = batched(async () => {
    if (isBroken) throw new Error("away");
    return { A: "is A" };
  }, 10);
  await expect(look("A")).rejects.toThrow("away");
  isBroken = false;
  expect(await look("A")).toBe("is A");
});
