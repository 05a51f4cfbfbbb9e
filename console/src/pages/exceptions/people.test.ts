import { expect, it } from "vitest";
import type { Exception, Me, Person } from "../../api/types";
import { whoMay } from "./people";

it("a case is suggested to those who decide on it or work on others like it, not to its reader nor to who has it", () => {
  const of = { owner: "sales", deciders: ["sales", "director"], assignee: "sally" } as Exception;
  const user = (id: string, role: string) => ({ id, roles: [role] }) as Person;
  const known = [user("dora", "director"), user("wendy", "warehouse"), user("me", "sales")];
  const queue = [
    { owner: "sales", assignee: "sam" },
    { owner: "sales", assignee: "sally" },
    { owner: "sales", assignee: null },
    { owner: "warehouse", assignee: "willy" },
  ] as Exception[];
  expect(whoMay(of, { id: "me" } as Me, known, queue)).toEqual(["dora", "sam"]);
});
