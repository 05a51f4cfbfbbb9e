import { TextInput } from "@mantine/core";

interface Props {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

/** A filter that the product answers: it is asked for when all of it was typed, with Enter or by leaving the field. */
export function FieldFilter({ label, value, onChange }: Props) {
  const hint = `${label}, then Enter`;
  const take = (typed: string): void => {
    const next = typed.trim() || undefined;
    if (next !== value) onChange(next);
  };
  return (
    <TextInput
      key={value}
      aria-label={label}
      placeholder={hint}
      defaultValue={value ?? ""}
      onKeyDown={(event) => {
        if (event.key === "Enter") take(event.currentTarget.value);
      }}
      onBlur={(event) => take(event.currentTarget.value)}
      // wide enough for what it says while it is empty
      w={`${hint.length + 3}ch`}
    />
  );
}
