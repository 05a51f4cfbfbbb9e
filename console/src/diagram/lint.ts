import type { components } from "../api/schema";

export type Finding = components["schemas"]["LintView"];

/** What is wrong with each element, worst first; what is about the file as a whole is under no element. */
export function byElement(findings: readonly Finding[]): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.element) found.set(finding.element, [...(found.get(finding.element) ?? []), finding]);
  }
  return found;
}

/** The mark at an element: how many findings there are, and what they say. */
export function mark(findings: readonly Finding[]): HTMLElement {
  const element = document.createElement("div");
  const isError = findings.some(({ severity }) => severity === "error");
  element.className = isError ? "lint error" : "lint";
  element.textContent = String(findings.length);
  element.title = findings.map(({ cause, mend }) => (mend ? `${cause}; ${mend}` : cause)).join("\n");
  return element;
}
