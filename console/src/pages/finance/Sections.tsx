import { Sections } from "../../components/Sections";

/** The three parts of finance. */
const FINANCE = [
  { to: "/finance/invoices", name: "Invoices" },
  { to: "/finance/payments", name: "Payments" },
  { to: "/finance/accounts", name: "Accounts" },
] as const;

export function FinanceSections() {
  return <Sections label="Finance" of={FINANCE} />;
}
