import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression-controls.css";
import "dmn-js/dist/assets/dmn-font/css/dmn-embedded.css";
import "./editor.css";
import { Alert, SegmentedControl } from "@mantine/core";
import DmnModeler, { type EventBus, type View } from "dmn-js/lib/Modeler";
import { useEffect, useRef, useState } from "react";
import { useEditor } from "./useEditor";

interface Props {
  /** What is opened; what is written after that is told by `onChange`. */
  readonly xml: string;
  readonly label: string;
  /** The decision to show, such as that of a finding. */
  readonly shown: string | undefined;
  readonly onChange: (xml: string) => void;
}

/** Edits a decision model: its tables and expressions, and the graph that they make. On paper: it is white in the dark, too. */
export default function DecisionEditor({ xml, label, shown, onChange }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [views, setViews] = useState<readonly View[]>([]);
  const [active, setActive] = useState<string>();
  const { editor: modeler, trouble } = useEditor<DmnModeler>(
    {
      make: (changed) => {
        if (!place.current) return undefined;
        const made = new DmnModeler({ container: place.current });
        const watched = new WeakSet<object>();
        // each view has an editor of its own, made when it is first opened
        made.on("views.changed", ({ views: all, activeView }) => {
          setViews([...all]);
          setActive(activeView?.id);
          const bus = made.getActiveViewer()?.get<EventBus>("eventBus");
          if (!bus || watched.has(bus)) return;
          watched.add(bus);
          bus.on("commandStack.changed", changed);
        });
        return made;
      },
      open: async (made) => {
        await made.importXML(xml);
        // tables are what most come for; the graph is a click away
        const first = made.getViews().find(({ type }) => type !== "drd");
        if (first) await made.open(first);
      },
      save: async (made) => (await made.saveXML({ format: true })).xml,
      onChange,
    },
    xml,
  );

  useEffect(() => {
    const view = modeler?.getViews().find(({ element }) => element.id === shown);
    if (modeler && view) void modeler.open(view);
  }, [modeler, shown]);

  function open(id: string): void {
    const view = modeler?.getViews().find((each) => each.id === id);
    if (view) void modeler?.open(view);
  }

  return (
    <>
      {trouble && (
        <Alert color="red" title="The decisions cannot be shown" m="sm">
          {trouble}
        </Alert>
      )}
      {views.length > 1 && active !== undefined && (
        <SegmentedControl
          aria-label="Decisions of the model"
          size="xs"
          m="xs"
          style={{ width: "fit-content" }}
          value={active}
          onChange={open}
          data={views.map((view) => ({
            value: view.id,
            label: view.type === "drd" ? "Graph" : view.element.name || view.element.id,
          }))}
        />
      )}
      <div ref={place} className="paper decisions" role="group" aria-label={label} />
    </>
  );
}
