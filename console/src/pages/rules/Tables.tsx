import { Code, Group, ScrollArea, Stack, Table, Text, Title } from "@mantine/core";
import { CsvButton } from "../../components/List";
import { Empty } from "../../components/states";
import { csvOf, type DecisionTable, tablesOf } from "./tables";

/** The decisions of a model as tables to read; they are edited in a draft. */
export function Tables({ xml }: { xml: string }) {
  const tables = tablesOf(xml);
  if (tables.length === 0) return <Empty title="There is no decision in it" />;
  return (
    <Stack>
      {tables.map((table) => (
        <section key={table.id} aria-label={table.name}>
          <Group justify="space-between">
            <Title order={3}>{table.name}</Title>
            {table.rules.length > 0 && (
              <CsvButton name={`rules of ${table.name}`} rows={table.rules} columns={csvOf(table)} />
            )}
          </Group>
          {table.description && (
            <Text size="sm" maw={760}>
              {table.description}
            </Text>
          )}
          {table.expression === undefined ? <Rules of={table} /> : <Code block>{table.expression}</Code>}
        </section>
      ))}
    </Stack>
  );
}

function Rules({ of: { name, policy, inputs, outputs, rules } }: { of: DecisionTable }) {
  const hasNotes = rules.some(({ note }) => note !== "");
  return (
    <>
      <Text size="sm" className="muted" mb={6}>
        {policy.charAt(0).toUpperCase() + policy.slice(1)}.
      </Text>
      <ScrollArea>
        <Table withTableBorder withColumnBorders aria-label={`Rules of ${name}`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Rule</Table.Th>
              {inputs.map((input, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name that is theirs alone
                <Table.Th key={column}>{input}</Table.Th>
              ))}
              {outputs.map((output) => (
                <Table.Th key={output} style={{ background: "var(--cd-accent-soft)" }}>
                  {output}
                </Table.Th>
              ))}
              {hasNotes && <Table.Th>Note</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rules.map((rule, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a rule is known by its place
              <Table.Tr key={row}>
                <Table.Td className="tabular">{row + 1}</Table.Td>
                {rule.inputs.map((text, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: an entry is known by its column
                  <Table.Td key={column}>
                    {text === "" ? <span className="muted">any</span> : <Code>{text}</Code>}
                  </Table.Td>
                ))}
                {rule.outputs.map((text, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: an entry is known by its column
                  <Table.Td key={column}>
                    <Code>{text}</Code>
                  </Table.Td>
                ))}
                {hasNotes && <Table.Td>{rule.note}</Table.Td>}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </>
  );
}
