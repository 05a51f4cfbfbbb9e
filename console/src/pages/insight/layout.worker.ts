import { graphlib, layout } from "@dagrejs/dagre";

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A map to lay out: its steps and which follows which. Sizes are in pixels. */
export interface Plan {
  readonly steps: readonly string[];
  readonly ways: readonly { readonly from: string; readonly to: string }[];
  readonly step: { readonly width: number; readonly height: number };
  /** The room that the words at a way need. */
  readonly label: { readonly width: number; readonly height: number };
}

/** Where a way goes along, and where its words stand. */
export interface Course {
  readonly points: readonly Place[];
  readonly label: Place;
}

export interface Layout {
  /** The upper left corner of each step. */
  readonly steps: Readonly<Record<string, Place>>;
  /** By `from to`. */
  readonly ways: Readonly<Record<string, Course>>;
}

// in a thread of its own: a large map takes seconds, and the page goes on meanwhile
self.onmessage = ({ data }: MessageEvent<Plan>): void => {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 30, edgesep: 16 });
  for (const step of data.steps) graph.setNode(step, { ...data.step });
  for (const { from, to } of data.ways) graph.setEdge(from, to, { ...data.label, labelpos: "c" });
  layout(graph);
  const steps: Record<string, Place> = {};
  for (const step of data.steps) {
    const { x, y } = graph.node(step) as Place;
    steps[step] = { x: x - data.step.width / 2, y: y - data.step.height / 2 };
  }
  const ways: Record<string, Course> = {};
  for (const { from, to } of data.ways) {
    const { points, x, y } = graph.edge(from, to) as Place & { points: Place[] };
    ways[`${from} ${to}`] = { points, label: { x, y } };
  }
  self.postMessage({ steps, ways } satisfies Layout);
};
