import type { FileKind } from "./names";

const ENDINGS: Readonly<Record<FileKind, string>> = { process: ".bpmn", decisions: ".dmn", form: ".form" };

/** Why an id cannot be the name of something new; nothing if it can. Ids are names of XML, without colons. */
export function wrongNewId(id: string, taken: readonly string[]): string | undefined {
  if (id === "") return undefined;
  if (!/^[a-z][a-z0-9-]{1,59}$/.test(id)) return "Small letters, digits and hyphens, beginning with a letter";
  const isTaken = taken.some((each) => each.replace(/^(dmn|form):/, "") === id);
  return isTaken ? "There is something of this name; begin a draft of it instead" : undefined;
}

/** A text as XML has it. */
const xml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The file of something new: the least that can run, to be gone on with. */
export function blank(kind: FileKind, id: string, name: string): { resource: string; content: string } {
  return { resource: `${id}${ENDINGS[kind]}`, content: CONTENT[kind](id, xml(name)) };
}

const CONTENT: Readonly<Record<FileKind, (id: string, name: string) => string>> = {
  process: (id, name) => `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions-${id}" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="${id}" name="${name}" isExecutable="true">
    <bpmn:startEvent id="begun" name="Begun">
      <bpmn:outgoing>on</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:sequenceFlow id="on" sourceRef="begun" targetRef="done" />
    <bpmn:endEvent id="done" name="Done">
      <bpmn:incoming>on</bpmn:incoming>
    </bpmn:endEvent>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="${id}">
      <bpmndi:BPMNShape id="begun_di" bpmnElement="begun"><dc:Bounds x="160" y="100" width="36" height="36" /></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="done_di" bpmnElement="done"><dc:Bounds x="420" y="100" width="36" height="36" /></bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="on_di" bpmnElement="on"><di:waypoint x="196" y="118" /><di:waypoint x="420" y="118" /></bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
`,
  decisions: (id, name) => `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="${id}" name="${name}" namespace="http://crossdock/${id}">
  <decision id="${id}-decision" name="${name}">
    <variable id="${id}-result" name="result" typeRef="string" />
    <decisionTable id="${id}-table" hitPolicy="FIRST">
      <input id="${id}-input" label="Input">
        <inputExpression id="${id}-expression" typeRef="string"><text>value</text></inputExpression>
      </input>
      <output id="${id}-output" label="Result" name="result" typeRef="string" />
      <rule id="${id}-rule-1">
        <inputEntry id="${id}-rule-1-input"><text></text></inputEntry>
        <outputEntry id="${id}-rule-1-output"><text>"default"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="${id}-diagram">
      <dmndi:DMNShape id="${id}-shape" dmnElementRef="${id}-decision"><dc:Bounds x="160" y="100" width="180" height="80" /></dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
`,
  form: (id, name) =>
    `${JSON.stringify(
      {
        id,
        type: "default",
        schemaVersion: 18,
        executionPlatform: "Camunda Cloud",
        components: [{ type: "text", id: `${id}-title`, text: `# ${name}` }],
      },
      null,
      2,
    )}
`,
};
