import type { Call } from "../../api/types";

type Outcome = Call["outcome"];

/** How a call can come out. */
export const OUTCOMES: readonly Outcome[] = ["done", "refused", "again", "broken", "down"];

/** An outcome for people. */
export function outcomeWords(outcome: Outcome): string {
  const words: Record<string, string> = {
    done: "Done",
    refused: "Refused",
    again: "Asked for another try",
    broken: "Failed",
    down: "Not reached",
  };
  return words[outcome] ?? outcome;
}

export function outcomeTone(outcome: Outcome): "green" | "orange" | "red" {
  if (outcome === "done") return "green";
  return outcome === "again" ? "orange" : "red";
}

/** JSON with line breaks; anything else as it is. */
export function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
