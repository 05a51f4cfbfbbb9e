import { Link, type LinkProps } from "@tanstack/react-router";

interface Props {
  readonly label: string;
  readonly of: readonly { readonly to: NonNullable<LinkProps["to"]>; readonly name: string }[];
}

/** The parts of a large page, each with an address of its own. */
export function Sections({ label, of }: Props) {
  return (
    <nav aria-label={label} style={{ display: "flex", gap: 4 }}>
      {of.map(({ to, name }) => (
        <Link key={to} to={to} className="nav-link" activeOptions={{ includeSearch: false }}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
