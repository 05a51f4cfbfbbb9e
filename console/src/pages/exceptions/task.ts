import type { Exception, Me, Person, TaskDetails } from "../../api/types";
import { type Node, readXml } from "../../diagram/xml";
import { either, inWords } from "../../lib/words";
import { mayNotDecide } from "./authority";
import { whoMay } from "./people";

/** The extension property by which a model makes a user task an exception of the catalogue. */
const EXCEPTION = "crossdock:exception";

/** Roles that may give any task to anybody. */
const GIVE_ALL: readonly string[] = ["operations", "director", "admin"];

function find(node: Node, is: (node: Node) => boolean): Node | undefined {
  if (is(node)) return node;
  for (const child of node.children) {
    const found = find(child, is);
    if (found) return found;
  }
  return undefined;
}

/** Whether the model makes a user task an exception: that is assigned, and not the task. */
export function isException(xml: string, element: string): boolean {
  const task = find(readXml(xml), ({ tag, attributes }) => tag === "userTask" && attributes["id"] === element);
  return (
    task !== undefined &&
    find(task, ({ tag, attributes }) => tag === "property" && attributes["name"] === EXCEPTION) !== undefined
  );
}

const namesSomebody = ({ candidate_users, candidate_groups }: TaskDetails): boolean =>
  candidate_users.length + candidate_groups.length > 0;

/**
 * Why somebody may not claim a task, give it away or give it back; nothing if nothing speaks against it. Whoever has it may, while
 * nobody has it its candidates, and the owner of its entry in the queue if it names none. The product decides in the end.
 */
export function mayNotGive(task: TaskDetails, entry: Exception, me: Me): string | undefined {
  if (entry.assignee === me.id || me.roles.some((role) => GIVE_ALL.includes(role))) return undefined;
  if (task.assignee) {
    return task.assignee === me.id ? undefined : `${task.assignee} has it, and may give it back or to somebody else.`;
  }
  if (!namesSomebody(task)) return mayNotDecide(entry, me);
  if (task.candidate_users.includes(me.id) || me.roles.some((role) => task.candidate_groups.includes(role))) {
    return undefined;
  }
  const you = me.roles.map(inWords).join(", ") || "without a role";
  // people are named as they are
  const roles = task.candidate_groups.length > 0 ? [either(task.candidate_groups)] : [];
  return `This is for ${[...task.candidate_users, ...roles].join(" or ")}. You are ${you}.`;
}

/** Who can be suggested to do a task: its candidates, or who could take its entry in the queue over if it names none. Others can be typed. */
export function whoMayDo(
  task: TaskDetails,
  entry: Exception,
  me: Me,
  known: readonly Person[],
  queue: readonly Exception[],
): string[] {
  if (!namesSomebody(task)) return whoMay(entry, me, known, queue);
  const members = known.filter(({ roles }) => roles.some((role) => task.candidate_groups.includes(role)));
  const named = [...task.candidate_users, ...members.map(({ id }) => id)];
  return [...new Set(named)].filter((id) => id !== me.id && id !== task.assignee).sort();
}
