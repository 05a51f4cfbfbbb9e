import { describe, expect, it } from "vitest";
import type { Exception, Me, Person, TaskDetails } from "../../api/types";
import { isException, mayNotGive, whoMayDo } from "./task";

const entry = { owner: "sales", deciders: ["sales", "director"], assignee: null } as unknown as Exception;
const open = { assignee: null, candidate_groups: [], candidate_users: [] } as unknown as TaskDetails;
const forWarehouse: TaskDetails = { ...open, candidate_groups: ["warehouse"], candidate_users: ["cleo"] };
const somebody = (id: string, ...roles: string[]): Me => ({ id, name: id, kind: "user", roles });

describe("a user task", () => {
  it("is given by its candidates, and others are told who they are", () => {
    expect(mayNotGive(forWarehouse, entry, somebody("wendy", "warehouse"))).toBeUndefined();
    expect(mayNotGive(forWarehouse, entry, somebody("cleo", "finance"))).toBeUndefined();
    expect(mayNotGive(forWarehouse, entry, somebody("sally", "sales"))).toBe(
      "This is for cleo or warehouse. You are sales.",
    );
  });

  it("that names nobody is for those who decide on its entry in the queue", () => {
    expect(mayNotGive(open, entry, somebody("sally", "sales"))).toBeUndefined();
    expect(mayNotGive(open, entry, somebody("wendy", "warehouse"))).toBe(
      "This is for sales or director. You are warehouse.",
    );
  });

  it("that somebody has is theirs to give, and of those who operate processes", () => {
    const taken: TaskDetails = { ...forWarehouse, assignee: "willy" };
    expect(mayNotGive(taken, entry, somebody("wendy", "warehouse"))).toBe(
      "willy has it, and may give it back or to somebody else.",
    );
    expect(mayNotGive(taken, entry, somebody("willy", "finance"))).toBeUndefined();
    expect(mayNotGive(taken, entry, somebody("olga", "operations"))).toBeUndefined();
  });

  it("is suggested to its candidates alone, not to its reader nor to who has it", () => {
    const known = ["dora director", "wendy warehouse", "willy warehouse", "me warehouse"].map((text) => {
      const [id, role] = text.split(" ");
      return { id, roles: [role] } as Person;
    });
    const queue = [{ owner: "sales", assignee: "sam" }] as Exception[];
    const me = somebody("me", "warehouse");
    expect(whoMayDo({ ...forWarehouse, assignee: "willy" }, entry, me, known, queue)).toEqual(["cleo", "wendy"]);
    expect(whoMayDo(open, entry, me, known, queue)).toEqual(["dora", "sam"]);
  });

  it("is an exception where its model says so, and only that task of it", () => {
    const property = '<zeebe:properties><zeebe:property name="crossdock:exception" value="PRICE"/></zeebe:properties>';
    const xml = `<bpmn:definitions xmlns:bpmn="b" xmlns:zeebe="z"><bpmn:process id="p">
      <bpmn:userTask id="decide"><bpmn:extensionElements>${property}</bpmn:extensionElements></bpmn:userTask>
      <bpmn:userTask id="look"/></bpmn:process></bpmn:definitions>`;
    expect(isException(xml, "decide")).toBe(true);
    expect(isException(xml, "look")).toBe(false);
  });
});
