import "@mantine/core/styles/List.css";
import { List, Text } from "@mantine/core";
import type { ImportOutcome } from "../api/types";
import { count } from "../lib/words";

/** What came of a file: how much of it was taken over, and what was wrong in the rest. */
export function ImportReport({ of: report }: { of: ImportOutcome }) {
  const { imported, understood, repeated, findings } = report;
  return (
    <section aria-label="What came of the import">
      <Text size="sm" role="status">
        {count(imported, "record")} of {understood} taken over
        {repeated > 0 && `, ${repeated} had been before`}
        {findings.length > 0 && `, ${count(findings.length, "finding")}`}.
      </Text>
      {findings.length > 0 && (
        <div style={{ maxHeight: 260, overflow: "auto" }} tabIndex={0} role="region" aria-label="Findings">
          <List size="sm">
            {findings.map(({ pointer, cause, mend }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list does not change
              <List.Item key={index}>
                <b>{pointer}</b>: {cause}
                {mend && <span className="muted">; {mend}</span>}
              </List.Item>
            ))}
          </List>
        </div>
      )}
    </section>
  );
}
