import { SegmentedControl, Textarea } from "@mantine/core";
import { lazy, useState } from "react";

const FormEditor = lazy(() => import("../../diagram/FormEditor"));

interface Props {
  readonly text: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
}

/** Edits a form, as it looks or as the JSON that it is. Either way goes on from what the other has left. */
export function FormDraft({ text, label, onChange }: Props) {
  const [value, setValue] = useState(text);
  // the drawing is opened with what was there when one turned to it, and keeps its own history from then on
  const [opened, setOpened] = useState<string | undefined>(text);
  function change(next: string): void {
    setValue(next);
    onChange(next);
  }
  return (
    <>
      <SegmentedControl
        aria-label="How the form is edited"
        size="xs"
        mb="xs"
        style={{ width: "fit-content" }}
        value={opened === undefined ? "text" : "drawing"}
        onChange={(way) => setOpened(way === "text" ? undefined : value)}
        data={[
          { value: "drawing", label: "Drawing" },
          { value: "text", label: "Text" },
        ]}
      />
      {opened === undefined ? (
        <Textarea
          aria-label={label}
          value={value}
          onChange={(event) => change(event.currentTarget.value)}
          autosize
          minRows={12}
          maxRows={40}
          styles={{ input: { fontFamily: "ui-monospace, monospace" } }}
        />
      ) : (
        <FormEditor schema={opened} label={label} onChange={change} />
      )}
    </>
  );
}
