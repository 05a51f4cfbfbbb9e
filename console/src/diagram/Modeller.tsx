import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css";
import "@bpmn-io/properties-panel/dist/assets/properties-panel.css";
import "./editor.css";
import { Alert } from "@mantine/core";
import Modeler from "bpmn-js/lib/Modeler";
import {
  BpmnPropertiesPanelModule,
  BpmnPropertiesProviderModule,
  ZeebePropertiesProviderModule,
} from "bpmn-js-properties-panel";
import behaviours from "camunda-bpmn-js-behaviors/lib/camunda-cloud";
import { useEffect, useRef } from "react";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import { byElement, type Finding, mark } from "./lint";
import { useEditor } from "./useEditor";

interface Props {
  /** What is opened; what is drawn after that is told by `onChange`. */
  readonly xml: string;
  readonly label: string;
  readonly findings: readonly Finding[];
  /** The element to show, such as that of a finding. */
  readonly shown: string | undefined;
  readonly onChange: (xml: string) => void;
}

/** Edits a process: the drawing, and beside it the properties of what is selected. On paper: it is white in the dark, too. */
export default function Modeller({ xml, label, findings, shown, onChange }: Props) {
  const canvas = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const { editor: modeler, trouble } = useEditor<Modeler>(
    {
      make: (changed) => {
        if (!canvas.current || !panel.current) return undefined;
        const made = new Modeler({
          container: canvas.current,
          propertiesPanel: { parent: panel.current },
          additionalModules: [
            BpmnPropertiesPanelModule,
            BpmnPropertiesProviderModule,
            ZeebePropertiesProviderModule,
            behaviours,
          ],
          moddleExtensions: { zeebe },
        });
        made.on("commandStack.changed", changed);
        return made;
      },
      open: async (made) => {
        await made.importXML(xml);
        besidePalette(made.get<Canvas>("canvas"));
      },
      save: async (made) => (await made.saveXML({ format: true })).xml,
      onChange,
    },
    xml,
  );

  useEffect(() => {
    if (!modeler) return;
    const [overlays, registry] = [modeler.get<Overlays>("overlays"), modeler.get<Registry>("elementRegistry")];
    for (const [element, its] of byElement(findings)) {
      if (registry.get(element)) overlays.add(element, "lint", { position: { bottom: 8, left: -8 }, html: mark(its) });
    }
    return () => overlays.remove({ type: "lint" });
  }, [modeler, findings]);

  useEffect(() => {
    if (!modeler || shown === undefined) return;
    const element = modeler.get<Registry>("elementRegistry").get(shown);
    if (!element) return;
    modeler.get<Selection>("selection").select(element);
    modeler.get<Canvas>("canvas").scrollToElement(element);
  }, [modeler, shown]);

  return (
    <>
      {trouble && (
        <Alert color="red" title="The process cannot be drawn" m="sm">
          {trouble}
        </Alert>
      )}
      <div className="paper modeller">
        <div ref={canvas} className="modeller-canvas" role="group" aria-label={label} />
        <section ref={panel} className="modeller-panel" aria-label="Properties of what is selected" />
      </div>
    </>
  );
}

/** The room that the palette takes, and that is left free around the drawing, in pixels. */
const PALETTE = 150;
const AROUND = 24;

/** Shows all of the drawing, to the right of the palette: it lies over what is drawn there. */
function besidePalette(canvas: Canvas): void {
  const { inner, outer } = canvas.viewbox();
  if (inner.width === 0 || inner.height === 0) return;
  const [free, high] = [outer.width - PALETTE - AROUND, outer.height - 2 * AROUND];
  const scale = Math.max(0.2, Math.min(1, free / inner.width, high / inner.height));
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: inner.x - PALETTE / scale, y: inner.y - (height - inner.height) / 2, width, height });
}

/** The parts of the modeller that are used here; the library leaves their types open. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
interface Canvas {
  viewbox(): { readonly inner: Box; readonly outer: Box };
  viewbox(box: Box): void;
  scrollToElement(element: object): void;
}
interface Overlays {
  add(
    element: string,
    type: string,
    overlay: { position: { bottom: number; left: number }; html: HTMLElement },
  ): string;
  remove(filter: { type: string }): void;
}
interface Registry {
  get(element: string): object | undefined;
}
interface Selection {
  select(element: object): void;
}
