import { SegmentedControl, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { ReasonField } from "../../components/FormDialog";

/** What somebody answered: a yes, or a no with its reason. */
export interface Answer {
  readonly agrees: boolean;
  readonly why: string;
}

/** Why it was refused, as it goes on the record; nothing for a yes. */
export const refusalOf = ({ agrees, why }: Answer): { refused?: string } => (agrees ? {} : { refused: why.trim() });

/** Whether a no still lacks its reason. */
export const lacksReason = ({ agrees, why }: Answer): boolean => !agrees && why.trim() === "";

interface Props {
  readonly label: string;
  readonly yes: string;
  readonly no: string;
  /** What follows from it, where that is worth a word. */
  readonly means?: ReactNode;
  readonly value: Answer;
  readonly onChange: (value: Answer) => void;
}

/** The answer of a warehouse or a carrier to a request. */
export function AnswerField({ label, yes, no, means, value, onChange }: Props) {
  return (
    <>
      <SegmentedControl
        aria-label={label}
        data={[
          { value: "yes", label: yes },
          { value: "no", label: no },
        ]}
        value={value.agrees ? "yes" : "no"}
        onChange={(said) => onChange({ ...value, agrees: said === "yes" })}
      />
      {means && <Text size="sm">{means}</Text>}
      {!value.agrees && <ReasonField value={value.why} onChange={(why) => onChange({ ...value, why })} />}
    </>
  );
}
