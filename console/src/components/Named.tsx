import { useQuery } from "@tanstack/react-query";
import { nameOf } from "../api/names";

interface Props {
  /** The account or the stock code. */
  readonly of: string;
}

/** A customer by name, and by account where the name is not known. */
export function Customer({ of }: Props) {
  const name = useQuery(nameOf("accounts", of)).data;
  return name ? (
    <span title={`${name}, account ${of}`}>
      {name} <span className="muted">{of}</span>
    </span>
  ) : (
    of
  );
}

/** What an item is, beside its stock code. */
export function Description({ of }: Props) {
  const text = useQuery(nameOf("items", of)).data;
  return text ? (
    <span className="muted" title={text}>
      {text}
    </span>
  ) : null;
}
