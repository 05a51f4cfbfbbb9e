import { Alert, Button, Code, Group, Select, Stack, Table, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { newKey, type PostAnswer, post } from "../../api/client";
import { Refusal } from "../../components/Refusal";
import { Empty } from "../../components/states";
import { type Decision, decisionsOf } from "./decisions";

type Decided = PostAnswer<"/v1/decisions/{decision}/evaluate">;
type Explained = NonNullable<Decided["explained"]>[number];

/** Where the decision is: in a draft as it was saved, or in a version that is deployed. */
export type Where = { readonly draft: string } | { readonly version: number };

interface Props {
  readonly xml: string;
  readonly where: Where;
}

/** Tries a decision: what is known goes in, what is decided and why comes out. Nothing is changed by it. */
export function Try({ xml, where }: Props) {
  const decisions = decisionsOf(xml);
  const [first] = decisions;
  if (!first) return <Empty title="There is no decision to try" />;
  return <Trial decisions={decisions} first={first} where={where} />;
}

const template = ({ inputs }: Decision): string =>
  JSON.stringify(Object.fromEntries(inputs.map((name) => [name, null])), null, 2);

function Trial({ decisions, first, where }: { decisions: readonly Decision[]; first: Decision; where: Where }) {
  const [id, setId] = useState(first.id);
  const [variables, setVariables] = useState(template(first));
  const trial = useMutation({
    mutationFn: (given: Record<string, unknown>) => {
      const body = { variables: given, explain: true };
      const idempotencyKey = newKey();
      return "draft" in where
        ? post("/v1/drafts/{draft}/decisions/{decision}/evaluate", {
            path: { draft: where.draft, decision: id },
            body,
            idempotencyKey,
          })
        : post("/v1/decisions/{decision}/evaluate", {
            path: { decision: id },
            body: { ...body, version: where.version },
            idempotencyKey,
          });
    },
  });
  const given = parse(variables);
  function choose(next: string | null): void {
    const decision = decisions.find((each) => each.id === next);
    if (!decision) return;
    setId(decision.id);
    setVariables(template(decision));
    trial.reset();
  }
  return (
    <Stack>
      <Select
        label="Decision"
        value={id}
        onChange={choose}
        allowDeselect={false}
        data={decisions.map(({ id: value, name }) => ({ value, label: name }))}
        maw={420}
      />
      <Textarea
        label="What is known"
        description="Variables by name, as JSON"
        value={variables}
        onChange={(event) => setVariables(event.currentTarget.value)}
        styles={{ input: { fontFamily: "ui-monospace, monospace" } }}
        error={given === undefined && "This is no JSON object."}
        autosize
        minRows={4}
        maxRows={16}
        maw={620}
      />
      <Group>
        <Button
          loading={trial.isPending}
          disabled={given === undefined}
          onClick={() => given !== undefined && trial.mutate(given)}
        >
          Decide
        </Button>
      </Group>
      {trial.isError && <Refusal error={trial.error} />}
      {trial.data && <Outcome of={trial.data} />}
    </Stack>
  );
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function Outcome({ of }: { of: Decided }) {
  return (
    <section aria-label="What was decided">
      <Text fw={600}>It gives</Text>
      <Code block>{JSON.stringify(of.value, null, 2)}</Code>
      {of.warnings.map(({ decision, why }) => (
        <Alert key={`${decision} ${why}`} color="orange" mt="xs" title={`Something is missing in ${decision}`}>
          {why}
        </Alert>
      ))}
      {(of.explained ?? []).map((explained) => (
        <Why key={explained.decision} of={explained} />
      ))}
    </section>
  );
}

/** What one decision saw, which rules matched, and what it gave. */
function Why({ of }: { of: Explained }) {
  const rules = of.matched.map(({ number }) => number);
  return (
    <div style={{ marginTop: 12 }}>
      <Text size="sm" fw={600}>
        {of.name || of.decision}:{" "}
        {rules.length === 0
          ? "no rule matched"
          : `${rules.length === 1 ? "rule" : "rules"} ${rules.join(", ")} matched`}
      </Text>
      <Table withTableBorder aria-label={`What ${of.name || of.decision} saw`} maw={620}>
        <Table.Tbody>
          {of.inputs.map(({ label, value }) => (
            <Table.Tr key={label}>
              <Table.Td>{label}</Table.Td>
              <Table.Td>
                <Code>{JSON.stringify(value)}</Code>
              </Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Td fw={600}>gives</Table.Td>
            <Table.Td>
              <Code>{JSON.stringify(of.output)}</Code>
            </Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </div>
  );
}
