import type { ReturnRequest } from "../../api/types";
import { Status } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";

/** How far a return may be. */
export const RETURN_STATES = ["requested", "authorised", "rejected"] as const;

const units = ({ lines }: ReturnRequest): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);

export const RETURNS: readonly Column<ReturnRequest>[] = [
  { id: "id", header: "Return", width: 96, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
  {
    id: "status",
    header: "State",
    width: 120,
    cell: ({ status }) => <Status of={status} />,
    by: ({ status }) => status,
  },
  { id: "order", header: "Order", width: 96, cell: ({ order }) => order ?? "–", by: ({ order }) => order ?? "" },
  { id: "account", header: "Customer", width: 110, cell: ({ account }) => account, by: ({ account }) => account },
  {
    id: "reference",
    header: "Their reference",
    width: 140,
    cell: ({ reference }) => reference || "–",
    by: ({ reference }) => reference,
  },
  { id: "units", header: "Units", width: 84, end: true, cell: units, by: units },
  {
    id: "asked",
    header: "Asked",
    width: 130,
    cell: ({ requested_at }) => <When at={requested_at} />,
    by: ({ requested_at }) => requested_at,
  },
  {
    id: "reason",
    header: "Why",
    width: 200,
    grow: true,
    cell: ({ reason }) => reason || "–",
    by: ({ reason }) => reason,
  },
];

export const RETURNS_CSV: readonly CsvColumn<ReturnRequest>[] = [
  { header: "return", value: ({ id }) => id },
  { header: "state", value: ({ status }) => status },
  { header: "order", value: ({ order }) => order ?? "" },
  { header: "account", value: ({ account }) => account },
  { header: "reference", value: ({ reference }) => reference },
  { header: "asked_at", value: ({ requested_at }) => requested_at },
  { header: "units", value: units },
  { header: "reason", value: ({ reason }) => reason },
];
