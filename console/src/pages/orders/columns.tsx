import { Amount } from "../../components/Amount";
import { Status } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { Customer } from "../../components/Named";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { size } from "../../lib/money";
import { day } from "../../lib/time";
import { count, inWords, words } from "../../lib/words";
import type { OrderRow } from "./row";

export const COLUMNS: readonly Column<OrderRow>[] = [
  { id: "id", header: "Order", width: 92, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
  {
    id: "status",
    header: "Status",
    width: 150,
    cell: ({ status }) => <Status of={status} />,
    by: ({ status }) => status,
  },
  {
    id: "holds",
    header: "Holds",
    width: 124,
    cell: ({ holds }) => holds.map(inWords).join(", ") || <span className="muted">–</span>,
    by: ({ holds }) => holds.join(),
  },
  {
    id: "account",
    header: "Customer",
    width: 190,
    cell: ({ account }) => <Customer of={account} />,
    by: ({ account }) => account,
  },
  {
    id: "po",
    header: "Purchase order",
    width: 130,
    grow: true,
    cell: ({ purchaseOrder }) => purchaseOrder || "–",
    by: ({ purchaseOrder }) => purchaseOrder,
  },
  {
    id: "received",
    header: "Received",
    width: 116,
    cell: ({ receivedAt }) => <When at={receivedAt} />,
    by: ({ receivedAt }) => receivedAt,
  },
  {
    id: "promised",
    header: "Promised",
    width: 112,
    cell: ({ promised, undated }) =>
      undated > 0 ? (
        <span className="soon" title={`${count(undated, "line")} without a date`}>
          no date
        </span>
      ) : promised ? (
        day(promised)
      ) : (
        <span className="muted">–</span>
      ),
    by: ({ promised, undated }) => (undated > 0 ? "" : (promised ?? "")),
  },
  {
    id: "shipped",
    header: "Shipped",
    width: 130,
    cell: (row) => <Shipped of={row} />,
    by: ({ shipped, units }) => (units === 0 ? 0 : shipped / units),
  },
  {
    id: "net",
    header: "Net",
    width: 112,
    end: true,
    cell: ({ net }) => <Amount of={net} />,
    by: ({ net }) => size(net),
  },
  {
    id: "owed",
    header: "Still owed",
    width: 112,
    end: true,
    cell: ({ owed }) => <Amount of={owed} />,
    by: ({ owed }) => size(owed),
  },
];

function Shipped({ of: { shipped, units } }: { of: OrderRow }) {
  const share = units === 0 ? 0 : (100 * shipped) / units;
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 8 }}>
      <span className="bar" aria-hidden="true">
        <span style={{ width: `${share}%` }} />
      </span>
      <span className="tabular" style={{ fontSize: 12 }}>
        {shipped}/{units}
      </span>
    </span>
  );
}

export const EXPORT: readonly CsvColumn<OrderRow>[] = [
  { header: "order", value: ({ id }) => id },
  { header: "status", value: ({ status }) => words(status) },
  { header: "account", value: ({ account }) => account },
  { header: "purchase_order", value: ({ purchaseOrder }) => purchaseOrder },
  { header: "channel", value: ({ channel }) => channel },
  { header: "received_at", value: ({ receivedAt }) => receivedAt },
  { header: "requested", value: ({ requested }) => requested },
  { header: "promised", value: ({ promised }) => promised },
  { header: "lines_without_date", value: ({ undated }) => undated },
  { header: "lines", value: ({ lines }) => lines },
  { header: "units", value: ({ units }) => units },
  { header: "shipped", value: ({ shipped }) => shipped },
  { header: "currency", value: ({ net }) => net.currency },
  { header: "net", value: ({ net }) => net.amount },
  { header: "still_owed", value: ({ owed }) => owed.amount },
  { header: "holds", value: ({ holds }) => holds.join(" ") },
];
