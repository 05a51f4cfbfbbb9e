import { words } from "../lib/words";

type Tone = "red" | "orange" | "yellow" | "green" | "blue" | "accent" | "gray";

const STATUS: Readonly<Record<string, Tone>> = {
  on_hold: "red",
  backordered: "orange",
  submitted: "blue",
  failed: "red",
  validating: "blue",
  approved: "blue",
  in_fulfilment: "accent",
  partially_fulfilled: "accent",
  fulfilled: "accent",
  invoiced: "green",
  settled: "green",
  open: "orange",
  claimed: "blue",
  resolved: "green",
  applied: "green",
  on_account: "blue",
  unmatched: "orange",
  running: "accent",
  suspended: "orange",
  incident: "red",
  half_open: "orange",
  completed: "green",
  created: "orange",
  sent: "blue",
  acknowledged: "blue",
  picked: "accent",
  rejected: "red",
};

const SEVERITY: Readonly<Record<string, Tone>> = { critical: "red", high: "orange", medium: "yellow", low: "gray" };

/** A word on a colour: the word tells, the colour only helps. */
export function Tag({ tone, children }: { tone: Tone; children: string }) {
  return <span className={`tag ${tone}`}>{children}</span>;
}

/** Where something stands. */
export function Status({ of, label }: { of: string; label?: string }) {
  return <Tag tone={STATUS[of] ?? "gray"}>{label ?? words(of)}</Tag>;
}

export function Severity({ of }: { of: string }) {
  return <Tag tone={SEVERITY[of] ?? "gray"}>{words(of)}</Tag>;
}
