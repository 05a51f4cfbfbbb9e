import { Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { me, reconciliation } from "../../api/queries";
import { mayNotPost } from "../../api/rights";
import type { Break } from "../../api/types";
import { Amount } from "../../components/Amount";
import type { Column } from "../../components/Grid";
import { GuardedButton } from "../../components/GuardedButton";
import { Rows } from "../../components/List";
import { Fact, Page, Panel } from "../../components/Page";
import { Refusal } from "../../components/Refusal";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { size } from "../../lib/money";
import { count, words } from "../../lib/words";
import { FinanceSections } from "./Sections";

const route = getRouteApi("/finance/reconciliation");

const COLUMNS: readonly Column<Break>[] = [
  {
    id: "checkpoint",
    header: "Checkpoint",
    width: 110,
    cell: (each) => each.checkpoint,
    by: (each) => each.checkpoint,
  },
  { id: "about", header: "About", width: 170, cell: ({ about }) => <About of={about} />, by: ({ about }) => about },
  { id: "what", header: "What disagrees", width: 260, grow: true, cell: ({ what }) => what, by: ({ what }) => what },
  { id: "left", header: "One says", width: 120, cell: ({ left }) => left, by: ({ left }) => left },
  { id: "right", header: "The other", width: 120, cell: ({ right }) => right, by: ({ right }) => right },
  {
    id: "value",
    header: "At stake",
    width: 110,
    end: true,
    cell: ({ value }) => <Amount of={value} />,
    by: ({ value }) => size(value),
  },
  { id: "owner", header: "Owner", width: 120, cell: ({ owner }) => words(owner), by: ({ owner }) => owner },
  {
    id: "found",
    header: "Found",
    width: 110,
    cell: ({ detected_at }) => <When at={detected_at} />,
    by: ({ detected_at }) => detected_at,
  },
];

const CSV: readonly CsvColumn<Break>[] = [
  { header: "break", value: ({ id }) => id },
  { header: "checkpoint", value: ({ checkpoint }) => checkpoint },
  { header: "about", value: ({ about }) => about },
  { header: "what", value: ({ what }) => what },
  { header: "left", value: ({ left }) => left },
  { header: "right", value: ({ right }) => right },
  { header: "value", value: ({ value }) => value.amount },
  { header: "owner", value: ({ owner }) => owner },
  { header: "cause", value: ({ cause }) => cause },
  { header: "found", value: ({ detected_at }) => detected_at },
];

function About({ of }: { of: string }) {
  const order = /SO-\d+/.exec(of)?.[0];
  return order ? (
    <Link to="/orders/$order" params={{ order }}>
      {of}
    </Link>
  ) : (
    of
  );
}

/** Records that tell the same story, held against each other: what disagrees, what is at stake, and whose it is. */
export function ReconciliationPage() {
  const { sort } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: who } = useQuery(me);
  const reading = useQuery(reconciliation);
  const compare = useChange(
    (_: true, idempotencyKey) => post("/v1/reconciliations", { body: {}, idempotencyKey }),
    ["reconciliations", "exceptions"],
  );
  const why = mayNotPost("/v1/reconciliations", who);
  return (
    <Page title="Reconciliation" actions={<FinanceSections />}>
      <Reading of={reading}>
        {({ compared_at, open, detected, cleared }) => (
          <>
            <Panel>
              <Group justify="space-between" pr="md">
                <dl className="facts">
                  <Fact name="Compared">{compared_at ? <When at={compared_at} /> : "never yet"}</Fact>
                  <Fact name="Open">
                    <Link to="/exceptions" search={{ kind: "RECON-BREAK" }}>
                      {count(open.length, "break")}
                    </Link>
                  </Fact>
                  <Fact name="Found so far">{detected}</Fact>
                  <Fact name="Gone">{cleared}</Fact>
                </dl>
                <GuardedButton
                  why={why}
                  loading={compare.isPending}
                  onClick={() =>
                    compare.mutate(true, {
                      onSuccess: (found) =>
                        notifications.show({ message: `${count(found.open.length, "break")} found`, color: "dock" }),
                    })
                  }
                >
                  Compare now
                </GuardedButton>
              </Group>
            </Panel>
            {compare.isError && <Refusal error={compare.error} />}
            <Panel>
              <Rows
                noun="break"
                rows={open}
                columns={COLUMNS}
                csv={CSV}
                idOf={({ id }) => id}
                current={undefined}
                onOpen={() => void navigate({ to: "/exceptions", search: { kind: "RECON-BREAK" } })}
                sort={sort}
                onSort={(next) => void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })}
                none={
                  compared_at
                    ? "Orders, shipments, invoices and payments agreed when they were compared last."
                    : "Nothing was compared yet: compare now, or wait for the next run."
                }
              />
            </Panel>
          </>
        )}
      </Reading>
    </Page>
  );
}
