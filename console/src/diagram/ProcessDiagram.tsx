import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";
import { processVersion } from "../api/queries";
import type { Wait } from "../api/types";
import { Loading, Reading } from "../components/states";
import { words } from "../lib/words";
import type { Heat, Token } from "./Diagram";
import { tokensOf } from "./waiting";

const Diagram = lazy(() => import("./Diagram"));

interface Props {
  readonly process: string;
  readonly version: number;
  readonly waiting?: readonly Wait[];
  /** Instead of the tokens of one instance, those of many. */
  readonly tokens?: readonly Token[];
  readonly onElement?: (element: string) => void;
  readonly heat?: ReadonlyMap<string, Heat>;
}

/** The diagram of a deployed version; the drawing is loaded when it is first needed. */
export function ProcessDiagram({ process, version, waiting, tokens: given, onElement, heat }: Props) {
  const reading = useQuery(processVersion(process, version));
  const tokens = useMemo(() => given ?? tokensOf(waiting ?? []), [given, waiting]);
  return (
    <Reading of={reading} rows={8}>
      {({ xml }) => (
        <Suspense fallback={<Loading rows={8} />}>
          <div style={{ border: "1px solid var(--cd-line)", borderRadius: 10 }}>
            <Diagram
              xml={xml}
              tokens={tokens}
              label={`Diagram of ${words(process)}, version ${version}; its steps are in the table below`}
              {...(onElement ? { onElement } : {})}
              {...(heat ? { heat } : {})}
            />
          </div>
        </Suspense>
      )}
    </Reading>
  );
}
