import { Link } from "@tanstack/react-router";

/** The three parts of finance. */
export function Sections() {
  return (
    <nav aria-label="Finance" style={{ display: "flex", gap: 4 }}>
      <Link to="/finance/invoices" className="nav-link" activeOptions={{ includeSearch: false }}>
        Invoices
      </Link>
      <Link to="/finance/payments" className="nav-link" activeOptions={{ includeSearch: false }}>
        Payments
      </Link>
      <Link to="/finance/accounts" className="nav-link" activeOptions={{ includeSearch: false }}>
        Accounts
      </Link>
    </nav>
  );
}
