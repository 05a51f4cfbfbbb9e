import { Link } from "@tanstack/react-router";

interface Props {
  readonly of: string | null | undefined;
  /** The tab of the order that is meant; the first unless given. */
  readonly tab?: "process";
}

/** What an instance is about: an order is led to, anything else is shown. */
export function BusinessKey({ of, tab }: Props) {
  if (!of?.startsWith("SO-")) return <>{of ?? "–"}</>;
  return (
    <Link to="/orders/$order" params={{ order: of }} search={tab ? { tab } : {}}>
      {of}
    </Link>
  );
}
