import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css";
import "./marks.css";
import { ActionIcon, Alert, Group, Tooltip, useComputedColorScheme } from "@mantine/core";
import { IconFocusCentered, IconMinus, IconPlus } from "@tabler/icons-react";
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { useEffect, useRef, useState } from "react";

/** How many tokens wait at an element, and whether one of them is in trouble. */
export interface Token {
  readonly element: string;
  readonly count: number;
  readonly trouble: boolean;
}

/** How much goes on at an element, from 0 to 1, and what is written at it. */
export interface Heat {
  readonly share: number;
  readonly label: string;
}

interface Props {
  readonly xml: string;
  readonly tokens: readonly Token[];
  readonly label: string;
  readonly onElement?: (element: string) => void;
  /** Elements that are marked, each with the name of its mark: what a version changed. */
  readonly marks?: ReadonlyMap<string, string>;
  /** The heat of elements, by their ids. */
  readonly heat?: ReadonlyMap<string, Heat>;
}

const NO_MARKS: ReadonlyMap<string, string> = new Map();
const NO_HEAT: ReadonlyMap<string, Heat> = new Map();

/** How bpmn-js names the plane of a collapsed sub-process. */
const PLANE = "_plane";

const COLOURS = {
  light: { defaultFillColor: "#ffffff", defaultStrokeColor: "#2c343d", defaultLabelColor: "#1f262d" },
  dark: { defaultFillColor: "#1f262d", defaultStrokeColor: "#a3adb8", defaultLabelColor: "#d5dbe1" },
};

/** A BPMN diagram that can be moved and zoomed, with the tokens that wait in it. The steps stand beside it as a table. */
export default function Diagram({ xml, tokens, label, onElement, marks = NO_MARKS, heat = NO_HEAT }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [viewer, setViewer] = useState<NavigatedViewer>();
  const [trouble, setTrouble] = useState<string>();
  const scheme = useComputedColorScheme("light");
  /** The drawing that was brought to its tokens: after that it is where the reader has moved it. */
  const broughtTo = useRef<NavigatedViewer>(undefined);

  useEffect(() => {
    if (!place.current) return;
    const made = new NavigatedViewer({ container: place.current, bpmnRenderer: COLOURS[scheme] });
    let isGone = false;
    made.importXML(xml).then(
      () => {
        if (isGone) return;
        fitAll(made.get<Canvas>("canvas"));
        setTrouble(undefined);
        setViewer(made);
      },
      (error: unknown) => setTrouble(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isGone = true;
      setViewer(undefined);
      made.destroy();
    };
  }, [xml, scheme]);

  useEffect(() => {
    if (!viewer) return;
    const [overlays, canvas, registry] = [
      viewer.get<Overlays>("overlays"),
      viewer.get<Canvas>("canvas"),
      viewer.get<Registry>("elementRegistry"),
    ];
    const shown = onTop(
      tokens.filter(({ element }) => registry.get(element)),
      canvas,
      registry,
    );
    const first = mostOf(shown, registry);
    if (first && broughtTo.current !== viewer) {
      broughtTo.current = viewer;
      bringTo(registry.get(first.element), canvas);
    }
    for (const token of shown) {
      canvas.addMarker(token.element, "here");
      overlays.add(token.element, "tokens", { position: { top: -10, right: 12 }, html: badge(token) });
    }
    return () => {
      overlays.remove({ type: "tokens" });
      for (const { element } of shown) canvas.removeMarker(element, "here");
    };
  }, [viewer, tokens]);

  useEffect(() => {
    if (!viewer) return;
    const [canvas, registry] = [viewer.get<Canvas>("canvas"), viewer.get<Registry>("elementRegistry")];
    const shown = [...marks].filter(([element]) => registry.get(element));
    for (const [element, mark] of shown) canvas.addMarker(element, mark);
    return () => {
      for (const [element, mark] of shown) canvas.removeMarker(element, mark);
    };
  }, [viewer, marks]);

  useEffect(() => {
    if (!viewer) return;
    const [overlays, canvas, registry] = [
      viewer.get<Overlays>("overlays"),
      viewer.get<Canvas>("canvas"),
      viewer.get<Registry>("elementRegistry"),
    ];
    const shown = [...heat].filter(([element]) => registry.get(element));
    for (const [element, { share, label: words }] of shown) {
      // what holds others is told by a number: its colour would lie under theirs
      if (!registry.get(element)?.children?.length) canvas.addMarker(element, "heat");
      registry.getGraphics(element)?.style.setProperty("--heat", String(share));
      overlays.add(element, "heat", {
        position: { bottom: 4, left: -4 },
        html: note(words),
        scale: { min: 0.9, max: 1.2 },
      });
    }
    return () => {
      overlays.remove({ type: "heat" });
      for (const [element] of shown) canvas.removeMarker(element, "heat");
    };
  }, [viewer, heat]);

  useEffect(() => {
    if (!viewer || !onElement) return;
    const click = ({ element }: { element: { id: string } }): void => onElement(element.id);
    viewer.on("element.click", click);
    return () => viewer.off("element.click", click);
  }, [viewer, onElement]);

  const zoom = (by: number): void => {
    const canvas = viewer?.get<Canvas>("canvas");
    canvas?.zoom(canvas.zoom() * by, "auto");
  };
  return (
    <div>
      {trouble && (
        <Alert color="red" title="The diagram cannot be drawn" m="sm">
          {trouble}
        </Alert>
      )}
      <div ref={place} className="diagram" role="group" aria-label={label} />
      <Group gap={4} px="sm" py={6}>
        <Tool label="Larger" onClick={() => zoom(1.25)} icon={<IconPlus size={16} />} />
        <Tool label="Smaller" onClick={() => zoom(0.8)} icon={<IconMinus size={16} />} />
        <Tool
          label="All of it"
          onClick={() => viewer && fitAll(viewer.get<Canvas>("canvas"))}
          icon={<IconFocusCentered size={16} />}
        />
      </Group>
    </div>
  );
}

/** What waits inside of a collapsed sub-process is shown on the sub-process: its inside is drawn on a plane of its own. */
function onTop(tokens: readonly Token[], canvas: Canvas, registry: Registry): Token[] {
  const shown = new Map<string, Token>();
  for (const token of tokens) {
    const plane = canvas.findRoot(token.element)?.id ?? "";
    const outer = plane.endsWith(PLANE) ? plane.slice(0, -PLANE.length) : token.element;
    const element = registry.get(outer) ? outer : token.element;
    const before = shown.get(element);
    const trouble = token.trouble || before?.trouble === true;
    shown.set(element, { element, count: token.count + (before?.count ?? 0), trouble });
  }
  return [...shown.values()];
}

function Tool({ label, onClick, icon }: { label: string; onClick: () => void; icon: React.ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="sm" onClick={onClick} aria-label={label}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

/** Words in a drawing are read at this size. */
const LEGIBLE = 0.75;

/** The beginning of an event sub-process and what hangs on the edge of a step only listen: the order waits somewhere else. */
const LISTENS: ReadonlySet<string | undefined> = new Set(["bpmn:StartEvent", "bpmn:BoundaryEvent"]);

/** The token that is looked for first: one in trouble, or else where most are, among those that do more than listen. */
function mostOf(tokens: readonly Token[], registry: Registry): Token | undefined {
  const listens = ({ element }: Token): number => Number(LISTENS.has(registry.get(element)?.type));
  return tokens.toSorted(
    (a, b) => Number(b.trouble) - Number(a.trouble) || listens(a) - listens(b) || b.count - a.count,
  )[0];
}

/** Shows an element in the middle where all of the drawing is too small to be read. */
function bringTo(element: Shape | undefined, canvas: Canvas): void {
  const { x, y, width, height } = element ?? {};
  if (x === undefined || y === undefined || canvas.zoom() >= LEGIBLE) return;
  const { outer, inner } = canvas.viewbox();
  const seen = { width: outer.width / LEGIBLE, height: outer.height / LEGIBLE };
  canvas.viewbox({
    ...seen,
    x: within(x + (width ?? 0) / 2, seen.width, inner.x, inner.width),
    y: within(y + (height ?? 0) / 2, seen.height, inner.y, inner.height),
  });
}

/** Room at the edges of a drawing, in its own units. */
const EDGE = 24;

/** Where a stretch begins that has a point in its middle, and shows nothing beyond the drawing unless the drawing is shorter. */
function within(middle: number, length: number, from: number, drawn: number): number {
  const [least, most] = [from - EDGE, from + drawn + EDGE - length];
  if (most < least) return from + (drawn - length) / 2;
  return Math.max(least, Math.min(most, middle - length / 2));
}

/** All of the drawing, with room for what stands at its edges. */
function fitAll(canvas: Canvas): void {
  const whole = canvas.zoom("fit-viewport", "auto");
  canvas.zoom(0.94 * whole, "auto");
}

function badge({ count, trouble }: Token): HTMLElement {
  const element = document.createElement("div");
  element.className = trouble ? "token trouble" : "token";
  element.textContent = String(count);
  element.title = count === 1 ? "One token waits here" : `${count} tokens wait here`;
  return element;
}

function note(words: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "heat-note";
  element.textContent = words;
  return element;
}

/** The parts of the viewer that are used here; the library leaves their types open. */
interface Canvas {
  findRoot(element: string): { id: string } | undefined;
  zoom(level?: number | "fit-viewport", centre?: "auto"): number;
  viewbox(): { readonly outer: Pick<Box, "width" | "height">; readonly inner: Box };
  viewbox(seen: Box): void;
  addMarker(element: string, marker: string): void;
  removeMarker(element: string, marker: string): void;
}
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
/** What is drawn; a line has no place of its own. */
type Shape = Partial<Box> & { readonly type?: string; readonly children?: readonly unknown[] };
interface Overlay {
  readonly position: Readonly<Record<string, number>>;
  readonly html: HTMLElement;
  /** How small and how large it gets with the drawing. */
  readonly scale?: { readonly min: number; readonly max: number };
}
interface Overlays {
  add(element: string, type: string, overlay: Overlay): string;
  remove(filter: { type: string }): void;
}
interface Registry {
  get(element: string): Shape | undefined;
  getGraphics(element: string): SVGElement | undefined;
}
