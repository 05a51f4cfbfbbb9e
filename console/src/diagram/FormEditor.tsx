import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "@bpmn-io/form-js-editor/dist/assets/form-js-editor.css";
import "@bpmn-io/properties-panel/dist/assets/properties-panel.css";
import "./editor.css";
import { FormEditor as FormJs } from "@bpmn-io/form-js-editor";
import { Alert } from "@mantine/core";
import { useRef } from "react";
import { useEditor } from "./useEditor";

interface Props {
  /** The form that is opened: JSON; what is drawn after that is told by `onChange`. */
  readonly schema: string;
  readonly label: string;
  readonly onChange: (schema: string) => void;
}

/** Edits a form: its fields, and beside them the properties of what is selected. On paper: it is white in the dark, too. */
export default function FormEditor({ schema, label, onChange }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const { trouble } = useEditor<FormJs>(
    {
      make: (changed) => {
        if (!place.current) return undefined;
        const made = new FormJs({ container: place.current });
        made.on("commandStack.changed", changed);
        return made;
      },
      open: async (made) => {
        await made.importSchema(JSON.parse(schema) as object);
      },
      save: async (made) => `${JSON.stringify(made.saveSchema(), null, 2)}\n`,
      onChange,
    },
    schema,
  );
  return (
    <>
      {trouble && (
        <Alert color="red" title="The form cannot be drawn" m="sm">
          {trouble}. Mend it as text.
        </Alert>
      )}
      <div ref={place} className="paper form-editor" role="group" aria-label={label} />
    </>
  );
}
