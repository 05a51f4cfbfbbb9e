import { describe, expect, it } from "vitest";
import { differences } from "./difference";

const process = (
  task: string,
  y = 80,
) => `<bpmn:definitions xmlns:bpmn="b" xmlns:bpmndi="d" xmlns:dc="c" xmlns:zeebe="z">
  <bpmn:process id="p" name="Order"><bpmn:startEvent id="s" name="Begins"/>${task}</bpmn:process>
  <bpmndi:BPMNDiagram id="x"><bpmndi:BPMNPlane id="y" bpmnElement="p">
    <bpmndi:BPMNShape id="z" bpmnElement="s"><dc:Bounds x="10" y="${y}" width="36" height="36"/></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>`;
const task = (name: string, source: string) =>
  `<bpmn:serviceTask id="t" name="${name}"><bpmn:extensionElements><zeebe:ioMapping>
     <zeebe:input source="${source}" target="amount"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>`;
const table = (
  text: string,
  rules = 1,
) => `<definitions id="d" name="Credit"><decision id="e" name="Route"><decisionTable id="f">
  <input id="i" label="Tier"><inputExpression id="ie"><text>tier</text></inputExpression></input><output id="o" name="route"/>
  ${Array.from({ length: rules }, (_, at) => `<rule id="r${at}"><inputEntry id="in${at}"><text>${text}</text></inputEntry><outputEntry id="out${at}"><text>"pass"</text></outputEntry></rule>`).join("")}
  </decisionTable></decision></definitions>`;

describe("the difference between two versions", () => {
  it("names what is new and what is gone", () => {
    expect(differences(process(""), process(task("Check", "=a")))).toEqual([
      { id: "t", kind: "added", what: "Service task “Check”", changes: [] },
    ]);
    expect(differences(process(task("Check", "=a")), process(""))[0]).toMatchObject({ id: "t", kind: "removed" });
  });

  it("says what became of a name and of a mapping deep inside of an element", () => {
    expect(differences(process(task("Check", "=a")), process(task("Ask", "=b")))).toEqual([
      {
        id: "t",
        kind: "changed",
        what: "Service task “Ask”",
        changes: ["name: “Check” became “Ask”", "input “amount” source: “=a” became “=b”"],
      },
    ]);
  });

  it("tells what is only drawn elsewhere from what works differently", () => {
    expect(differences(process(""), process("", 200))).toEqual([
      { id: "s", kind: "moved", what: "Start event “Begins”", changes: [] },
    ]);
  });

  it("names a cell of a decision table by its rule and column", () => {
    expect(differences(table("&quot;gold&quot;"), table("&quot;silver&quot;"))).toEqual([
      { id: "in0", kind: "changed", what: "Rule 1, Tier", changes: ['text: “"gold"” became “"silver"”'] },
    ]);
    const [added] = differences(table("1", 1), table("1", 2));
    expect(added).toMatchObject({ kind: "added", what: "Rule 2" });
  });

  it("finds nothing where only white space and the program's name differ", () => {
    const exported = process(task("Check", "=a")).replace(
      "<bpmn:definitions ",
      '<bpmn:definitions exporter="Camunda Modeler" ',
    );
    expect(differences(process(task("Check", "=a")), exported.replaceAll("\n", "\n\n"))).toEqual([]);
  });
});
