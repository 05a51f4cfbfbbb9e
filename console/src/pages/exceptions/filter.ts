import type { Exception, Me, Progress } from "../../api/types";
import { ageOf, standing } from "../../lib/time";

/** What the address of the queue may say. */
export interface QueueSearch {
  readonly status?: "open" | "claimed" | "resolved" | "cleared" | "all";
  readonly kind?: string;
  readonly owner?: string;
  /** Who has claimed it. */
  readonly assignee?: string;
  readonly severity?: "critical" | "high" | "medium" | "low";
  readonly mine?: true;
  readonly age?: string;
  readonly due?: "late" | "soon";
  readonly order?: string;
  readonly q?: string;
  readonly sort?: string;
  readonly case?: string;
}

const RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** How many cases have a status, of those that the product counts; to do is what is open and what somebody has claimed. */
export function countOf(counts: Progress["exceptions"], status: NonNullable<QueueSearch["status"]>): number {
  const of = (...statuses: string[]): number => statuses.reduce((sum, each) => sum + Number(counts[each] ?? 0), 0);
  if (status === "open") return of("open", "claimed");
  return status === "all" ? of(...Object.keys(counts)) : of(status);
}

/** How bad, as a number: the worst is the smallest. */
export function rank(severity: string): number {
  return RANK[severity] ?? 9;
}

/** Those that the address asks for, the most urgent first. */
export function queue(all: readonly Exception[], search: QueueSearch, me: Me | undefined, now: Date): Exception[] {
  return all.filter((exception) => isMeant(exception, search, me, now)).toSorted(byUrgency);
}

/** Those that the address asks for, in the order in which the product lists them. */
export function asListed(all: readonly Exception[], search: QueueSearch, me: Me | undefined, now: Date): Exception[] {
  return all.filter((exception) => isMeant(exception, search, me, now));
}

/** Whose time is over first comes first; the worse before the less bad when they are due together. */
export function byUrgency(a: Exception, b: Exception): number {
  return a.resolve_by.localeCompare(b.resolve_by) || rank(a.severity) - rank(b.severity) || a.id.localeCompare(b.id);
}

function isMeant(exception: Exception, search: QueueSearch, me: Me | undefined, now: Date): boolean {
  const { kind, owner, assignee, severity, mine, age, due, q } = search;
  if (kind && exception.kind !== kind) return false;
  if (owner && exception.owner !== owner) return false;
  if (assignee && exception.assignee !== assignee) return false;
  if (severity && exception.severity !== severity) return false;
  if (mine && me && !isMine(exception, me)) return false;
  const raised = new Date(exception.raised_at);
  if (age && ageOf(raised, now) !== age) return false;
  if (due && standing(raised, new Date(exception.resolve_by), now) !== due) return false;
  return !q || textOf(exception).includes(q.trim().toLowerCase());
}

/** What a person can do something about: claimed by them, or free and theirs to decide. */
function isMine(exception: Exception, me: Me): boolean {
  if (exception.assignee) return exception.assignee === me.id;
  return exception.deciders.some((role) => me.roles.includes(role));
}

function textOf(exception: Exception): string {
  const { id, kind, reason, order, account, subject, case: root } = exception;
  return [id, kind, reason, order, account, subject, root].filter(Boolean).join(" ").toLowerCase();
}

/** The case to open after one is done: the one below it, or above it at the end. */
export function nextCase(list: readonly Exception[], id: string): string | undefined {
  const at = list.findIndex((exception) => exception.id === id);
  return (list[at + 1] ?? list[at - 1])?.id;
}
