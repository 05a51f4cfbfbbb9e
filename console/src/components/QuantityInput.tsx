import "@mantine/core/styles/NumberInput.css";
import { NumberInput } from "@mantine/core";

interface Props {
  /** What it is, for whoever hears it: the label of its column and its line. */
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

/** Whole units of a line. */
export function QuantityInput({ label, value, onChange }: Props) {
  return (
    <NumberInput
      aria-label={label}
      size="xs"
      min={0}
      allowDecimal={false}
      value={value}
      onChange={(typed) => onChange(Number(typed))}
    />
  );
}
