import "@xyflow/react/dist/style.css";
import "./map.css";
import { useComputedColorScheme } from "@mantine/core";
import {
  Background,
  BaseEdge,
  Controls,
  type Edge,
  type EdgeProps,
  MarkerType,
  type Node,
  Position,
  ReactFlow,
  type ReactFlowInstance,
} from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";
import type { ProcessMap } from "../../api/types";
import { Loading } from "../../components/states";
import { span } from "../../lib/time";
import type { Course, Layout, Plan } from "./layout.worker";
import { heat, stepInWords } from "./map";

const STEP = { width: 150, height: 40 };
const LABEL = { width: 96, height: 16 };
/** Words are read at this size; what does not fit into the page then is scrolled to. */
const LEGIBLE = 0.85;

interface Props {
  readonly map: ProcessMap;
  /** The step that is looked at: what does not touch it steps back. */
  readonly focus: string | undefined;
  readonly onFocus: (step: string | undefined) => void;
}

type Way = Edge<{ course: Course }, "way">;

/** The map as a drawing, from top to bottom; the same stands beside it as a table. */
export default function MapView({ map, focus, onFocus }: Props) {
  const scheme = useComputedColorScheme("light");
  const layout = useLayout(map);
  const nodes = useMemo(() => (layout ? nodesOf(map, layout, focus) : []), [map, layout, focus]);
  const edges = useMemo(() => (layout ? edgesOf(map, layout, focus) : []), [map, layout, focus]);
  if (!layout) return <Loading rows={10} />;
  return (
    <div className="map" role="group" aria-label="Map of what happened; the table beside it says the same">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        edgeTypes={EDGES}
        colorMode={scheme}
        onInit={fromTheTop}
        onNodeClick={(_, { id }) => onFocus(id === focus ? undefined : id)}
        onPaneClick={() => onFocus(undefined)}
        nodesConnectable={false}
        nodesDraggable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        panOnScroll
        minZoom={0.2}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

/** Shows all of it, or as much from the top as can be read. */
function fromTheTop(flow: ReactFlowInstance<Node, Way>): void {
  void flow.fitView({ minZoom: LEGIBLE, maxZoom: 1.15, padding: 0.04 }).then(() => {
    const { x, y, zoom } = flow.getViewport();
    const { x: left, y: top } = flow.getNodesBounds(flow.getNodes());
    const place = document.querySelector(".map")?.getBoundingClientRect();
    const seen = flow.screenToFlowPosition({ x: place?.left ?? 0, y: place?.top ?? 0 });
    // the beginning is what one looks for: it is not to lie beyond an edge
    const from = { x: seen.x > left ? 14 - left * zoom : x, y: seen.y > top ? 14 - top * zoom : y };
    if (from.x !== x || from.y !== y) void flow.setViewport({ ...from, zoom });
  });
}

const touches = (focus: string | undefined, ...steps: readonly string[]): boolean =>
  focus === undefined || steps.includes(focus);

function nodesOf(map: ProcessMap, layout: Layout, focus: string | undefined): Node[] {
  const most = Math.max(1, ...map.steps.map(({ count }) => count));
  const near = new Set(
    map.ways.filter(({ from, to }) => touches(focus, from, to)).flatMap(({ from, to }) => [from, to]),
  );
  return map.steps.map(({ id, count }) => ({
    id,
    position: layout.steps[id] ?? { x: 0, y: 0 },
    data: { label: `${stepInWords(id)} (${count.toLocaleString("en")})` },
    sourcePosition: Position.Bottom,
    targetPosition: Position.Top,
    // known beforehand, so that nothing has to be measured before it is seen
    ...STEP,
    style: { "--share": String(count / most) } as React.CSSProperties,
    className: `map-step${focus === undefined || near.has(id) ? "" : " far"}${id === focus ? " focus" : ""}`,
  }));
}

function edgesOf(map: ProcessMap, layout: Layout, focus: string | undefined): Way[] {
  const medians = map.ways.map(({ median_ms }) => median_ms);
  const busiest = Math.max(1, ...map.ways.map(({ count }) => count));
  return map.ways.flatMap(({ from, to, count, median_ms }) => {
    const course = layout.ways[`${from} ${to}`];
    if (!course) return [];
    const hot = Math.round(100 * heat(median_ms, medians));
    const colour = `color-mix(in oklab, var(--cd-late) ${hot}%, var(--cd-accent))`;
    return {
      id: `${from} ${to}`,
      type: "way",
      source: from,
      target: to,
      data: { course },
      label: `${count.toLocaleString("en")} · ${span(median_ms)}`,
      markerEnd: {
        type: MarkerType.ArrowClosed,
        width: 12,
        height: 12,
        markerUnits: "userSpaceOnUse",
        color: "context-stroke",
      },
      className: touches(focus, from, to) ? "" : "far",
      style: { strokeWidth: 1 + (4 * count) / busiest, stroke: colour },
      labelStyle: { fill: "currentColor", fontSize: 11 },
      labelBgStyle: { fill: "var(--cd-surface)" },
    };
  });
}

/** A way along the points that the layout found free. */
function WayLine({ data, label, labelStyle, labelBgStyle, markerEnd, style }: EdgeProps<Way>) {
  if (!data) return null;
  const { points, label: at } = data.course;
  return (
    <BaseEdge
      path={smooth(points)}
      label={label}
      labelX={at.x}
      labelY={at.y}
      labelShowBg
      labelBgPadding={[3, 1]}
      labelStyle={labelStyle ?? {}}
      labelBgStyle={labelBgStyle ?? {}}
      {...(markerEnd ? { markerEnd } : {})}
      style={style ?? {}}
    />
  );
}
const EDGES = { way: WayLine };

/** A line through the middles of the stretches, bent at the points. */
function smooth(points: Course["points"]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return "";
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    const isLast = index === rest.length - 2;
    const [x, y] = isLast ? [next.x, next.y] : [(point.x + next.x) / 2, (point.y + next.y) / 2];
    return `Q ${point.x} ${point.y} ${x} ${y}`;
  });
  return `M ${first.x} ${first.y} ${bends.length > 0 ? bends.join(" ") : `L ${last.x} ${last.y}`}`;
}

/** Where everything stands, worked out in a thread of its own. What is there stays until a new one is known. */
function useLayout(map: ProcessMap): Layout | undefined {
  const [layout, setLayout] = useState<Layout>();
  // counts move with each order; where things stand does not
  const shape = JSON.stringify([map.steps.map(({ id }) => id), map.ways.map(({ from, to }) => ({ from, to }))]);
  useEffect(() => {
    const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Layout>) => setLayout(data);
    const [steps, ways] = JSON.parse(shape) as [Plan["steps"], Plan["ways"]];
    worker.postMessage({ steps, ways, step: STEP, label: LABEL } satisfies Plan);
    return () => worker.terminate();
  }, [shape]);
  return layout;
}
