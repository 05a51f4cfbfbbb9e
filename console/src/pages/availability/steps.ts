import type { Availability } from "../../api/types";

type Nodes = Availability["nodes"];

/** The days on which anything changes anywhere, and for each warehouse what can be promised on each of them. */
export function stepsOf(nodes: Nodes): { categories: string[]; series: { name: string; values: number[] }[] } {
  const categories = [...new Set(nodes.flatMap(({ steps }) => steps.map(({ from }) => from)))].sort();
  const series = nodes.map(({ node, steps }) => ({
    name: node,
    // a value holds until the next step
    values: categories.map((day) => steps.findLast(({ from }) => from <= day)?.atp ?? 0),
  }));
  return { categories, series };
}
