import { exact, relative, standing } from "../lib/time";
import { useNow } from "./useNow";

/** A moment in words, with the exact time on hover and on focus. */
export function When({ at }: { at: string | null | undefined }) {
  const now = useNow();
  if (!at) return <span className="muted">–</span>;
  const time = new Date(at);
  return (
    <time dateTime={at} className="nowrap" title={exact(time)}>
      {relative(time, now)}
    </time>
  );
}

/** A deadline: its colour and its words say whether it is over, near or far. */
export function Deadline({ from, due }: { from: string; due: string }) {
  const now = useNow();
  const time = new Date(due);
  const state = standing(new Date(from), time, now);
  const text = state === "late" ? `${relative(time, now).replace(" ago", "")} late` : relative(time, now);
  return (
    <time dateTime={due} className={`nowrap ${state === "fine" ? "" : state}`} title={`Due ${exact(time)}`}>
      {text}
    </time>
  );
}
