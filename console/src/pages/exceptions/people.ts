import type { Exception, Me, Person } from "../../api/types";

/** Who can be suggested to take a case over: people with a role that decides on it, and those who work on cases of the same owner. Others can be typed. */
export function whoMay(of: Exception, me: Me, known: readonly Person[], queue: readonly Exception[]): string[] {
  const decide = known.filter(({ roles }) => roles.some((role) => of.deciders.includes(role)));
  const work = queue.filter(({ owner }) => owner === of.owner).flatMap(({ assignee }) => assignee ?? []);
  const others = [...decide.map(({ id }) => id), ...work].filter((id) => id !== me.id && id !== of.assignee);
  return [...new Set(others)].sort();
}
