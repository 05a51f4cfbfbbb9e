import { Alert, Select, Table, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { confirmation, stock } from "../../api/queries";
import type { Backorders } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { Heads } from "../../components/Heads";
import { Failure, Loading } from "../../components/states";
import { useRows } from "../../components/useRows";
import { count, words } from "../../lib/words";
import { RULES, type Rule, type Run, runOf } from "./repromise";

const MOVED = ["stock", "orders", "exceptions", "progress"] as const;

/** Confirms the stock of an item at a warehouse anew: first it is shown what that means for each line, then it is done, or nothing is. */
export default function Repromise({ item, onClose }: { item: string; onClose: () => void }) {
  const { rows: nodes } = useRows(useInfiniteQuery(stock({ item })));
  const [chosen, setChosen] = useState<string>();
  const [rule, setRule] = useState<Rule>("first");
  const [first, setFirst] = useState("");
  // most wait where most is missing
  const most = nodes?.toSorted((a, b) => b.backordered - a.backordered || b.on_hand - a.on_hand)[0]?.node;
  const node = chosen ?? most ?? "";
  const run = runOf(item, node, rule, first);
  const trial = useQuery({ ...confirmation(run), enabled: node !== "", placeholderData: keepPreviousData });
  const change = useChange(
    (value: Run, idempotencyKey) => post("/v1/backorders/runs", { body: { ...value, commit: true }, idempotencyKey }),
    MOVED,
  );
  const moved = trial.data?.lines.filter((line) => line.change !== 0) ?? [];
  return (
    <FormDialog
      title={`Promise ${item} anew`}
      verb={moved.length === 0 ? "Nothing would change" : `Change ${count(moved.length, "line")}`}
      size="xl"
      onClose={onClose}
      change={change}
      disabled={moved.length === 0 || trial.isFetching}
      onSubmit={() =>
        change.mutate(run, {
          onSuccess: ({ lines }) => {
            const changed = lines.filter((line) => line.change !== 0).length;
            notifications.show({
              message: `${item} at ${node}: ${count(changed, "line")} confirmed anew`,
              color: "dock",
            });
            onClose();
          },
        })
      }
    >
      <Select
        label="Stock of warehouse"
        value={node || null}
        onChange={(value) => setChosen(value ?? undefined)}
        allowDeselect={false}
        data={(nodes ?? []).map((each) => ({
          value: each.node,
          label: `${each.node}: ${each.on_hand} on hand, ${each.backordered} backordered`,
        }))}
      />
      <Select
        label="Who gets it"
        description={RULES[rule].says}
        value={rule}
        onChange={(value) => setRule((value as Rule | null) ?? "first")}
        allowDeselect={false}
        data={Object.entries(RULES).map(([value, { name }]) => ({ value, label: name }))}
      />
      {rule === "these" && (
        <TextInput
          label="Accounts that win"
          placeholder="17850, 12748"
          value={first}
          onChange={(event) => setFirst(event.currentTarget.value)}
        />
      )}
      {trial.isError ? (
        <Failure error={trial.error} again={() => void trial.refetch()} />
      ) : trial.data ? (
        <Lines of={trial.data} />
      ) : (
        <Loading rows={3} />
      )}
    </FormDialog>
  );
}

/** What it would mean for each line. */
function Lines({ of: { lines } }: { of: Backorders }) {
  if (lines.length === 0) return <Alert color="gray">Nobody wants units from there at the moment.</Alert>;
  return (
    <Table.ScrollContainer minWidth={520} maxHeight={320}>
      <Table aria-label="What would change">
        <Heads
          of={[
            "Order",
            "Account",
            "Treated as",
            { num: "Wants" },
            { num: "Has" },
            { num: "Would have" },
            { num: "Change" },
          ]}
        />
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={`${line.order} ${line.line}`}>
              <Table.Td>
                <Link to="/orders/$order" params={{ order: line.order }}>
                  {line.order}
                </Link>{" "}
                <Text span size="sm" className="muted">
                  line {line.line}
                </Text>
              </Table.Td>
              <Table.Td>{line.account}</Table.Td>
              <Table.Td>{words(line.strategy)}</Table.Td>
              <Table.Td className="num">{line.wanted}</Table.Td>
              <Table.Td className="num">{line.before}</Table.Td>
              <Table.Td className="num">{line.after}</Table.Td>
              <Table.Td className={`num ${line.change < 0 ? "late" : line.change > 0 ? "good" : "muted"}`}>
                {line.change > 0 ? `+${line.change}` : line.change}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
