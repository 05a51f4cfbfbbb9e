import "@mantine/core/styles/NumberInput.css";
import { Button, NumberInput, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { catalogue } from "../../api/queries";
import type { Client } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { useClientQuota } from "./mutations";

/** What a program has asked of one operation since the server's start. */
interface Use {
  readonly id: string;
  readonly operation: string;
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  readonly last?: string | null | undefined;
  readonly cost: number;
}

const COLUMNS: readonly Column<Use>[] = [
  {
    id: "operation",
    header: "Operation",
    width: 230,
    grow: true,
    cell: ({ operation }) => <code>{operation}</code>,
    by: ({ operation }) => operation,
  },
  {
    id: "requests",
    header: "Requests",
    width: 90,
    end: true,
    cell: ({ requests }) => requests.toLocaleString("en"),
    by: ({ requests }) => requests,
  },
  {
    id: "refused",
    header: "Refused",
    width: 84,
    end: true,
    cell: ({ refused }) => refused.toLocaleString("en"),
    by: ({ refused }) => refused,
  },
  {
    id: "failed",
    header: "Failed",
    width: 76,
    end: true,
    cell: ({ failed }) => failed.toLocaleString("en"),
    by: ({ failed }) => failed,
  },
  { id: "cost", header: "Cost each", width: 90, end: true, cell: ({ cost }) => cost, by: ({ cost }) => cost },
  { id: "last", header: "Last", width: 100, cell: ({ last }) => <When at={last} />, by: ({ last }) => last ?? "" },
];

const CSV: readonly CsvColumn<Use>[] = [
  { header: "operation", value: ({ operation }) => operation },
  { header: "requests", value: ({ requests }) => requests },
  { header: "refused", value: ({ refused }) => refused },
  { header: "failed", value: ({ failed }) => failed },
  { header: "cost", value: ({ cost }) => cost },
  { header: "last", value: ({ last }) => last },
];

/** What a program has used of the API since the server's start, operation by operation. */
export function ClientUsage({ of: client }: { of: string }) {
  const reading = useQuery(catalogue);
  const [sort, setSort] = useState<string | undefined>("-requests");
  const uses = useMemo(
    () =>
      (reading.data?.operations ?? []).flatMap(({ id, method, path, cost, consumers }): Use[] => {
        const its = consumers?.find(({ caller }) => caller === client);
        return its ? [{ id, operation: `${method} ${path}`, cost, ...its }] : [];
      }),
    [reading.data, client],
  );
  return (
    <section aria-label="Usage">
      <Title order={2} mb="xs">
        Usage
      </Title>
      <Reading of={reading} rows={3}>
        {() =>
          uses.length === 0 ? (
            <Text size="sm" className="muted">
              It has asked for nothing since the server’s start.
            </Text>
          ) : (
            <div className="panel">
              <Rows
                noun="operation"
                rows={uses}
                columns={COLUMNS}
                csv={CSV}
                idOf={({ id }) => id}
                current={undefined}
                onOpen={() => undefined}
                sort={sort}
                onSort={setSort}
                none=""
                height="40vh"
              />
            </div>
          )
        }
      </Reading>
    </section>
  );
}

/** A quota in words: “2,000 each second, 20,000 at once”. */
export function quotaInWords({ quota }: Client, standard: Client["quota"]): string {
  const shown = quota ?? standard;
  if (!shown) return "standard";
  const text = `${shown.per_second.toLocaleString("en")} each second, ${shown.burst.toLocaleString("en")} at once`;
  return quota ? text : `standard: ${text}`;
}

/** Gives a program a quota of its own, or the standard one. */
export function SetQuota({ client, onClose }: { client: Client; onClose: () => void }) {
  const standard = useQuery(catalogue).data?.standard_quota;
  const start = client.quota ?? standard;
  const [typed, setTyped] = useState<{ perSecond?: number; burst?: number }>({});
  const perSecond = typed.perSecond ?? start?.per_second ?? 0;
  const burst = typed.burst ?? start?.burst ?? 0;
  const set = useClientQuota(client.id);
  return (
    <FormDialog
      title={`Quota of ${client.id}`}
      verb="Set it"
      onClose={onClose}
      change={set}
      disabled={perSecond < 1 || burst < 1}
      onSubmit={() => set.mutate({ per_second: perSecond, burst }, { onSuccess: onClose })}
    >
      <Text size="sm">A request takes its cost from what there is; most cost 1. It fills up again by itself.</Text>
      <NumberInput
        label="Comes back each second"
        value={perSecond}
        onChange={(value) => setTyped({ ...typed, perSecond: Number(value) })}
        min={1}
        allowDecimal={false}
      />
      <NumberInput
        label="At most at once"
        value={burst}
        onChange={(value) => setTyped({ ...typed, burst: Number(value) })}
        min={1}
        allowDecimal={false}
      />
      {client.quota && (
        <Button
          variant="subtle"
          style={{ alignSelf: "start" }}
          loading={set.isPending}
          onClick={() => set.mutate(null, { onSuccess: onClose })}
        >
          Give it the standard quota
        </Button>
      )}
    </FormDialog>
  );
}
