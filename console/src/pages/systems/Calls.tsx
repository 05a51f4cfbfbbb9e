import { Group, Select, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { systemCalls } from "../../api/queries";
import type { Call } from "../../api/types";
import { Tag } from "../../components/badges";
import { Heads } from "../../components/Heads";
import { CsvButton } from "../../components/List";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { count } from "../../lib/words";
import { OUTCOMES, outcomeTone, outcomeWords, readable } from "./calls";

const CSV: readonly CsvColumn<Call>[] = [
  { header: "began_at", value: ({ began_at }) => began_at },
  { header: "capability", value: ({ capability }) => capability },
  { header: "attempt", value: ({ attempt }) => attempt },
  { header: "order", value: ({ order }) => order },
  { header: "subject", value: ({ subject }) => subject },
  { header: "outcome", value: ({ outcome }) => outcome },
  { header: "status", value: ({ response }) => response?.status },
  { header: "took_ms", value: ({ took_ms }) => took_ms },
  { header: "cause", value: ({ cause }) => cause },
];

/** The last calls of a system with what was sent and what came back. */
export function Calls({ of: system }: { of: string }) {
  const [outcome, setOutcome] = useState<string | null>(null);
  const [open, setOpen] = useState<number>();
  const reading = useQuery(systemCalls(system));
  return (
    <Reading of={reading}>
      {({ items, total }) => {
        if (total === 0)
          return (
            <Empty title="Not called yet">
              Since the server's start nothing was sent to this system, and nothing was fetched from it.
            </Empty>
          );
        const shown = items.filter((call) => outcome === null || call.outcome === outcome);
        return (
          <>
            <Group justify="space-between" my="xs">
              <Text size="sm" className="muted">
                {count(total, "call")} since the start; the last {items.length} are kept
              </Text>
              <Select
                size="xs"
                aria-label="Outcome"
                placeholder="Every outcome"
                clearable
                data={OUTCOMES.map((value) => ({ value, label: outcomeWords(value) }))}
                value={outcome}
                onChange={setOutcome}
              />
              <CsvButton name={`calls of ${system}`} rows={shown} columns={CSV} />
            </Group>
            <Table>
              <Heads of={["When", "For", "About", "Outcome", { num: "Took" }]} />
              <Table.Tbody>
                {shown.map((call) => (
                  <Row
                    key={call.number}
                    of={call}
                    isOpen={open === call.number}
                    onOpen={() => setOpen(open === call.number ? undefined : call.number)}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </>
        );
      }}
    </Reading>
  );
}

function Row({ of: call, isOpen, onOpen }: { of: Call; isOpen: boolean; onOpen: () => void }) {
  return (
    <>
      <Table.Tr>
        <Table.Td>
          <button type="button" className="plain-link" aria-expanded={isOpen} onClick={onOpen}>
            <When at={call.began_at} />
          </button>
        </Table.Td>
        <Table.Td>
          {call.capability}
          {call.attempt > 1 && <span className="muted"> · try {call.attempt}</span>}
        </Table.Td>
        <Table.Td>
          {call.order && (
            <Link to="/orders/$order" params={{ order: call.order }}>
              {call.order}
            </Link>
          )}{" "}
          <span className="muted">{call.subject ?? ""}</span>
        </Table.Td>
        <Table.Td>
          <Tag tone={outcomeTone(call.outcome)}>{outcomeWords(call.outcome)}</Tag>
          {call.response && <span className="muted"> {call.response.status}</span>}
        </Table.Td>
        <Table.Td className="num">{call.took_ms} ms</Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={5}>
            {call.cause && <Text size="sm">{call.cause}</Text>}
            <Message title={`${call.request.method} ${call.request.url}`} of={call.request} />
            {call.response ? (
              <Message title={`Answer ${call.response.status}`} of={call.response} />
            ) : (
              <Text size="sm">Nothing came back.</Text>
            )}
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

function Message({ title, of: { headers, body } }: { title: string; of: Pick<Call["request"], "headers" | "body"> }) {
  return (
    <>
      <Text size="sm" fw={600} mt="xs" style={{ overflowWrap: "anywhere" }}>
        {title}
      </Text>
      <pre className="document">
        {headers.map(({ name, value }) => `${name}: ${value}`).join("\n")}
        {body.text && `\n\n${readable(body.text)}`}
        {body.is_cut && `\n… cut: ${body.bytes} bytes in all`}
      </pre>
    </>
  );
}
