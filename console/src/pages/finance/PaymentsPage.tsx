import { Group, Select, Switch } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { OF_INVOICES } from "../../api/mutations";
import { payments, progress } from "../../api/queries";
import type { Payment } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Status } from "../../components/badges";
import { FieldFilter } from "../../components/FieldFilter";
import type { Column } from "../../components/Grid";
import { ImportFile } from "../../components/ImportFile";
import { OpenedList } from "../../components/OpenedList";
import { Page, Panel } from "../../components/Page";
import type { CsvColumn } from "../../lib/csv";
import { size } from "../../lib/money";
import { day } from "../../lib/time";
import { words } from "../../lib/words";
import { isMatched, matchedOf } from "./matched";
import { PaymentDetails } from "./PaymentDetails";
import { FinanceSections } from "./Sections";

const route = getRouteApi("/finance/payments");

const COLUMNS: readonly Column<Payment>[] = [
  { id: "id", header: "Payment", width: 92, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
  {
    id: "status",
    header: "Status",
    width: 120,
    cell: ({ status }) => <Status of={status} />,
    by: ({ status }) => status,
  },
  {
    id: "date",
    header: "Value date",
    width: 112,
    cell: ({ value_date }) => day(value_date),
    by: ({ value_date }) => value_date,
  },
  {
    id: "amount",
    header: "Amount",
    width: 112,
    end: true,
    cell: ({ amount }) => <Amount of={amount} />,
    by: ({ amount }) => size(amount),
  },
  {
    id: "payer",
    header: "Payer",
    width: 150,
    cell: ({ payer_name }) => payer_name,
    by: ({ payer_name }) => payer_name,
  },
  {
    id: "remittance",
    header: "Remittance",
    width: 180,
    grow: true,
    cell: ({ remittance }) => remittance || "–",
    by: ({ remittance }) => remittance,
  },
  {
    id: "evidence",
    header: "Matched by",
    width: 150,
    cell: ({ evidence }) => (evidence ? words(evidence) : "–"),
    by: ({ evidence }) => evidence,
  },
  {
    id: "for",
    header: "For",
    width: 130,
    cell: ({ allocations, candidates }) =>
      allocations.map(({ invoice }) => invoice).join(", ") ||
      (candidates.length > 0 ? `${candidates.length} candidates` : "–"),
  },
];

const CSV: readonly CsvColumn<Payment>[] = [
  { header: "payment", value: ({ id }) => id },
  { header: "status", value: ({ status }) => status },
  { header: "value_date", value: ({ value_date }) => value_date },
  { header: "currency", value: ({ amount }) => amount.currency },
  { header: "amount", value: ({ amount }) => amount.amount },
  { header: "payer", value: ({ payer_name }) => payer_name },
  { header: "remittance", value: ({ remittance }) => remittance },
  { header: "bank_reference", value: ({ bank_reference }) => bank_reference },
  { header: "account", value: ({ account }) => account },
  { header: "invoices", value: ({ allocations }) => allocations.map(({ invoice }) => invoice).join(" ") },
];

/** Payments from the bank: what was matched by itself and why, and what waits for a person. */
export function PaymentsPage() {
  const search = route.useSearch();
  const { status, account, today, sort, open } = search;
  const navigate = route.useNavigate();
  const counts = useQuery(progress).data?.payments ?? {};
  const reading = useInfiniteQuery(
    payments({
      ...(status && status !== "matched" ? { status } : {}),
      ...(account ? { account } : {}),
      ...(today ? { today } : {}),
    }),
  );
  function set(change: Partial<typeof search>): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  }
  return (
    <Page title="Payments" actions={<FinanceSections />}>
      <Group gap="xs">
        <Select
          aria-label="Status"
          placeholder="Status"
          clearable
          value={status ?? null}
          onChange={(value) => set({ status: value ?? undefined })}
          data={[["matched", matchedOf(counts)] as const, ...Object.entries(counts)].map(([value, number]) => ({
            value,
            label: `${words(value)} (${Number(number)})`,
          }))}
          w={200}
        />
        <Switch
          label="Matched today"
          checked={today === "matched"}
          onChange={(event) => set({ today: event.currentTarget.checked ? "matched" : undefined })}
        />
        <FieldFilter label="Account" value={account} onChange={(value) => set({ account: value })} />
        <ImportFile
          path="/v1/bank-statements"
          what="a bank statement"
          says="camt.053 or CSV. What it says is matched at once, as if the bank had sent it; a line that was taken over before counts once."
          topics={OF_INVOICES}
        />
      </Group>
      <Panel>
        <OpenedList
          noun="payment"
          reading={reading}
          only={status === "matched" ? isMatched : undefined}
          columns={COLUMNS}
          csv={CSV}
          open={open}
          sort={sort}
          set={set}
          none="Payments come with the bank’s statements."
        >
          {(id) => <PaymentDetails key={id} id={id} />}
        </OpenedList>
      </Panel>
    </Page>
  );
}
