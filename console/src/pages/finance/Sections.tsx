import { Sections } from "../../components/Sections";

/** The parts of finance. */
const FINANCE = [
  { to: "/finance/invoices", name: "Invoices" },
  { to: "/finance/backlog", name: "Backlog" },
  { to: "/finance/payments", name: "Payments" },
  { to: "/finance/accounts", name: "Accounts" },
  { to: "/finance/reconciliation", name: "Reconciliation" },
] as const;

export function FinanceSections() {
  return <Sections label="Finance" of={FINANCE} />;
}
