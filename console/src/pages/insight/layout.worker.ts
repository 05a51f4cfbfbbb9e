import { graphlib, layout } from "@dagrejs/dagre";

/** A map to lay out: its steps and which follows which. */
export interface Plan {
  readonly steps: readonly string[];
  readonly ways: readonly { readonly from: string; readonly to: string }[];
  readonly width: number;
  readonly height: number;
}

export type Places = Readonly<Record<string, { readonly x: number; readonly y: number }>>;

// in a thread of its own: a large map takes seconds, and the page goes on meanwhile
self.onmessage = ({ data }: MessageEvent<Plan>): void => {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 60, ranksep: 86 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const step of data.steps) graph.setNode(step, { width: data.width, height: data.height });
  for (const { from, to } of data.ways) graph.setEdge(from, to);
  layout(graph);
  const places: Record<string, { x: number; y: number }> = {};
  for (const step of data.steps) {
    const { x, y } = graph.node(step) as { x: number; y: number };
    places[step] = { x: x - data.width / 2, y: y - data.height / 2 };
  }
  self.postMessage(places satisfies Places);
};
