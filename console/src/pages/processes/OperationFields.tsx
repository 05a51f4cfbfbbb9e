import "@mantine/core/styles/Pill.css";
import "@mantine/core/styles/PillsInput.css";
import { Button, Group, MultiSelect, Select, Stack, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { processes, processVersion } from "../../api/queries";
import { elementsOf } from "../../diagram/elements";
import type { Draft } from "./operation";

interface Props {
  readonly value: Draft;
  readonly onChange: (value: Draft) => void;
  readonly process: string;
  readonly version: number;
  /** Where tokens stand. */
  readonly active: readonly string[];
}

/** What an operation needs to know. */
export function OperationFields(props: Props) {
  const { kind } = props.value;
  if (kind === "modify") return <Tokens {...props} />;
  if (kind === "migrate") return <Versions {...props} />;
  return kind === "variables" || kind === "retry" || kind === "skip" ? <Variables {...props} /> : null;
}

const SAYS: Readonly<Partial<Record<Draft["kind"], string>>> = {
  retry: "Set before it is tried again; empty sets none.",
  skip: "What it is taken to have given, as a JSON object; empty gives nothing.",
};

function Variables({ value, onChange }: Props) {
  return (
    <Textarea
      label={value.kind === "skip" ? "Results" : "Variables"}
      description={SAYS[value.kind] ?? "As a JSON object."}
      placeholder={'{ "approved": true }'}
      value={value.variables}
      onChange={(event) => onChange({ ...value, variables: event.currentTarget.value })}
      styles={{ input: { fontFamily: "monospace" } }}
      autosize
      minRows={2}
      spellCheck={false}
    />
  );
}

function Tokens({ value, onChange, process, version, active }: Props) {
  const { data } = useQuery(processVersion(process, version));
  const all = elementsOf(data?.xml ?? "").map(({ id, name }) => ({ value: id, label: name }));
  const live = [...new Set(active)].map((id) => all.find((each) => each.value === id) ?? { value: id, label: id });
  const [move] = value.moves;
  function setMove(change: { from?: string; to?: string }): void {
    const next = { from: "", to: "", ...move, ...change };
    onChange({ ...value, moves: next.from === "" && next.to === "" ? [] : [next] });
  }
  return (
    <Stack gap="sm">
      <Group grow>
        <Select
          label="Move the token from"
          data={live}
          value={move?.from || null}
          onChange={(from) => setMove({ from: from ?? "" })}
          clearable
        />
        <Select
          label="To"
          data={all}
          value={move?.to || null}
          onChange={(to) => setMove({ to: to ?? "" })}
          searchable
          clearable
        />
      </Group>
      <MultiSelect
        label="Steps to end"
        data={live}
        value={[...value.end]}
        onChange={(end) => onChange({ ...value, end })}
        clearable
      />
      <MultiSelect
        label="Steps to begin"
        data={all}
        value={[...value.start]}
        onChange={(start) => onChange({ ...value, start })}
        searchable
        clearable
      />
      <Variables value={value} onChange={onChange} process={process} version={version} active={active} />
    </Stack>
  );
}

function Versions({ value, onChange, process, version }: Props) {
  const { data } = useQuery(processes);
  const versions = (data?.items ?? []).filter((each) => each.id === process && each.version !== version);
  return (
    <Stack gap="sm">
      <Select
        label="Go on with"
        placeholder="The latest version"
        data={versions.map((each) => ({ value: String(each.version), label: `Version ${each.version}` }))}
        value={value.version || null}
        onChange={(chosen) => onChange({ ...value, version: chosen ?? "" })}
        nothingFoundMessage="There is no other version"
        clearable
      />
      <Textarea
        label="Steps with another name"
        description="One on each line, as old = new; steps with the same name need none."
        value={value.elements}
        onChange={(event) => onChange({ ...value, elements: event.currentTarget.value })}
        styles={{ input: { fontFamily: "monospace" } }}
        autosize
        minRows={2}
        spellCheck={false}
      />
      {value.elements !== "" && (
        <Group>
          <Button size="xs" variant="subtle" onClick={() => onChange({ ...value, elements: "" })}>
            None of them
          </Button>
        </Group>
      )}
    </Stack>
  );
}
