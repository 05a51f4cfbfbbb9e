import { Textarea } from "@mantine/core";
import { useState } from "react";

interface Props {
  readonly text: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
}

/** Edits the JSON of a form. */
export function FormText({ text, label, onChange }: Props) {
  const [value, setValue] = useState(text);
  return (
    <Textarea
      aria-label={label}
      value={value}
      onChange={(event) => {
        setValue(event.currentTarget.value);
        onChange(event.currentTarget.value);
      }}
      autosize
      minRows={12}
      maxRows={40}
      styles={{ input: { fontFamily: "ui-monospace, monospace" } }}
    />
  );
}
