/** The page that shows what an identifier names. */
export type Place =
  | { readonly to: "/orders/$order"; readonly params: { readonly order: string } }
  | { readonly to: "/exceptions"; readonly search: { readonly case: string; readonly status: "all" } }
  | { readonly to: "/finance/invoices"; readonly search: { readonly open: string } }
  | { readonly to: "/finance/payments"; readonly search: { readonly open: string } }
  | { readonly to: "/fulfilment"; readonly search: { readonly open: string } }
  | { readonly to: "/processes/instances/$instance"; readonly params: { readonly instance: string } };

const NUMBERED = /^\s*(SO|EX|IN|PY|WO|SH|PI)[-\s]?(\d+)\s*$/i;

/** Where the thing with this number is shown; nothing for other texts. */
export function placeOf(typed: string): Place | undefined {
  const [, letters, digits] = NUMBERED.exec(typed) ?? [];
  if (letters === undefined || digits === undefined) return undefined;
  const id = `${letters.toUpperCase()}-${digits}`;
  switch (letters.toUpperCase()) {
    case "SO":
      return { to: "/orders/$order", params: { order: id } };
    case "EX":
      return { to: "/exceptions", search: { case: id, status: "all" } };
    case "IN":
      return { to: "/finance/invoices", search: { open: id } };
    case "PY":
      return { to: "/finance/payments", search: { open: id } };
    case "PI":
      return { to: "/processes/instances/$instance", params: { instance: id } };
    default:
      return { to: "/fulfilment", search: { open: id } };
  }
}
