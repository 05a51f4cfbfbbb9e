import "@xyflow/react/dist/style.css";
import "./map.css";
import { useComputedColorScheme } from "@mantine/core";
import { Background, Controls, MarkerType, Position, ReactFlow } from "@xyflow/react";
import { useEffect, useState } from "react";
import { Loading } from "../../components/states";
import { span } from "../../lib/time";
import { words } from "../../lib/words";
import type { Places, Plan } from "./layout.worker";
import { heat, type ProcessMap } from "./map";

const SIZE = { width: 124, height: 38 };

/** The map as a drawing; the same stands below it as a table. */
export default function MapView({ map }: { map: ProcessMap }) {
  const scheme = useComputedColorScheme("light");
  const places = usePlaces(map);
  if (!places) return <Loading rows={10} />;
  const most = Math.max(1, ...map.steps.map(({ count }) => count));
  const medians = map.ways.map(({ median }) => median);
  const busiest = Math.max(1, ...map.ways.map(({ count }) => count));
  const nodes = map.steps.map(({ id, count }) => ({
    id,
    position: places[id] ?? { x: 0, y: 0 },
    data: { label: `${words(id.split(".")[1] ?? id)} (${count.toLocaleString("en")})` },
    sourcePosition: Position.Right,
    targetPosition: Position.Left,
    style: { ...SIZE, "--share": String(count / most) } as React.CSSProperties,
    className: "map-step",
  }));
  const edges = map.ways.map(({ from, to, count, median }) => ({
    id: `${from} ${to}`,
    source: from,
    target: to,
    label: `${count.toLocaleString("en")} · ${span(median)}`,
    markerEnd: { type: MarkerType.ArrowClosed },
    style: {
      strokeWidth: 1 + (4 * count) / busiest,
      stroke: `color-mix(in oklab, var(--cd-late) ${Math.round(100 * heat(median, medians))}%, var(--cd-accent))`,
    },
    labelStyle: { fill: "currentColor", fontSize: 12 },
    labelBgStyle: { fill: "var(--cd-surface)" },
  }));
  return (
    <div className="map" role="group" aria-label="Map of what happened; the table below says the same">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        colorMode={scheme}
        fitView
        nodesConnectable={false}
        nodesDraggable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        minZoom={0.2}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

/** Where each step stands, worked out in a thread of its own. */
function usePlaces(map: ProcessMap): Places | undefined {
  const [places, setPlaces] = useState<Places>();
  useEffect(() => {
    const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Places>) => setPlaces(data);
    const plan: Plan = {
      steps: map.steps.map(({ id }) => id),
      ways: map.ways.map(({ from, to }) => ({ from, to })),
      ...SIZE,
    };
    worker.postMessage(plan);
    return () => worker.terminate();
  }, [map]);
  return places;
}
