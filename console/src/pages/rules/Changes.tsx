import { SimpleGrid, Text } from "@mantine/core";
import { lazy, Suspense, useMemo } from "react";
import { Loading } from "../../components/states";
import { type Difference, differences } from "../../diagram/difference";
import type { FileKind } from "./names";

const Diagram = lazy(() => import("../../diagram/Diagram"));

interface Props {
  readonly kind: FileKind;
  readonly before: string;
  readonly after: string;
  readonly beforeName: string;
  readonly afterName: string;
}

type Outcome = { readonly found: readonly Difference[] } | { readonly why: string };

function compare(kind: FileKind, before: string, after: string): Outcome {
  if (before === after) return { found: [] };
  if (kind === "form") return { why: "Forms are compared by their text, below." };
  try {
    return { found: differences(before, after) };
  } catch (error) {
    return { why: `It cannot be compared yet: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const NONE: readonly never[] = [];

/** What is different between two versions: in words, and for processes in both diagrams. */
export function Changes({ kind, before, after, beforeName, afterName }: Props) {
  const outcome = useMemo(() => compare(kind, before, after), [kind, before, after]);
  const found = "found" in outcome ? outcome.found : NONE;
  const marks = useMemo(() => {
    const of = (...kinds: string[]) =>
      new Map(found.filter(({ kind: each }) => kinds.includes(each)).map(({ id, kind: each }) => [id, each]));
    return { before: of("removed", "changed", "moved"), after: of("added", "changed", "moved") };
  }, [found]);
  if ("why" in outcome) {
    return (
      <>
        <Text size="sm">{outcome.why}</Text>
        {kind === "form" && <SideBySide before={before} after={after} beforeName={beforeName} afterName={afterName} />}
      </>
    );
  }
  if (found.length === 0) return <Text size="sm">Nothing that works or is drawn differently.</Text>;
  return (
    <>
      <ul aria-label="What changed" style={{ margin: "0 0 12px", paddingLeft: 18 }}>
        {found.map((difference) => (
          <li key={`${difference.kind} ${difference.id}`}>
            <InWords of={difference} />
          </li>
        ))}
      </ul>
      {kind === "process" && (
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          {(
            [
              [beforeName, before, marks.before],
              [afterName, after, marks.after],
            ] as const
          ).map(([name, xml, marked]) => (
            <section key={name} aria-label={name}>
              <Text size="sm" fw={600} mb={4}>
                {name}
              </Text>
              <Suspense fallback={<Loading rows={8} />}>
                <div style={{ border: "1px solid var(--cd-line)", borderRadius: 10 }}>
                  <Diagram
                    xml={xml}
                    tokens={NONE}
                    marks={marked}
                    label={`Diagram: ${name}; what changed is in the list above`}
                  />
                </div>
              </Suspense>
            </section>
          ))}
        </SimpleGrid>
      )}
    </>
  );
}

const TONES = { added: "green", removed: "red", changed: "orange", moved: "blue" } as const;
const WORDS = { added: "New", removed: "Gone", changed: "Changed", moved: "Drawn elsewhere" } as const;

function InWords({ of: { kind, what, changes } }: { of: Difference }) {
  return (
    <>
      <span className={`tag ${TONES[kind]}`}>{WORDS[kind]}</span> <b>{what}</b>
      {changes.length > 0 && (
        <ul style={{ margin: 0, paddingLeft: 18 }}>
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function SideBySide({ before, after, beforeName, afterName }: Omit<Props, "kind">) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} mt="sm">
      {[
        [beforeName, before],
        [afterName, after],
      ].map(([name, text]) => (
        <pre key={name} className="document" tabIndex={0} role="region" aria-label={name}>
          {text}
        </pre>
      ))}
    </SimpleGrid>
  );
}
