import { Text, UnstyledButton } from "@mantine/core";
import type { Finding } from "../../diagram/lint";

interface Props {
  readonly of: readonly Finding[];
  readonly onShow?: (element: string) => void;
}

/** What is wrong or doubtful in a file, and how to mend it; each leads to its element. */
export function Findings({ of, onShow }: Props) {
  if (of.length === 0)
    return (
      <Text size="sm" role="status">
        Nothing is wrong in it.
      </Text>
    );
  return (
    <ul className="findings" aria-label="Findings" style={{ margin: 0, paddingLeft: 0, listStyle: "none" }}>
      {of.map((finding, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same may be found twice
        <li key={index} style={{ padding: "4px 0" }}>
          <span className={finding.severity === "error" ? "tag red" : "tag orange"}>
            {finding.severity === "error" ? "Wrong" : "Doubtful"}
          </span>{" "}
          {finding.element && onShow ? (
            <UnstyledButton
              onClick={() => onShow(finding.element ?? "")}
              style={{ color: "var(--cd-accent)", textDecoration: "underline", fontSize: 14 }}
            >
              {finding.element}
            </UnstyledButton>
          ) : (
            <b>{finding.element ?? `line ${finding.line}`}</b>
          )}
          : {finding.cause}
          {finding.mend && <span className="muted">; {finding.mend}</span>}
        </li>
      ))}
    </ul>
  );
}
