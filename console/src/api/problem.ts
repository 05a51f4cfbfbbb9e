import type { ProblemDetails } from "./types";

/** The product understood and refused, or failed and said so (RFC 9457). */
export class Refused extends Error {
  override readonly name = "Refused";
  constructor(readonly problem: ProblemDetails) {
    super(problem.detail);
  }

  /** The caller may not do it; somebody else may. */
  get isAboutAuthority(): boolean {
    return this.problem.code === "not_allowed";
  }

  /** Somebody has changed it meanwhile. */
  get isStale(): boolean {
    return this.problem.code === "changed";
  }
}

/** The product could not be reached: nothing is known about the request. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
  constructor() {
    super("Crossdock cannot be reached. Your work is kept; it goes on as soon as the connection is back.");
  }
}

/** What to tell about any failure. */
export function tell(error: unknown): { title: string; detail: string; trace: string | undefined } {
  if (error instanceof Refused) {
    const { title, detail, trace_id, errors } = error.problem;
    const more = (errors ?? []).map(
      ({ pointer, cause, mend }) => `${pointer ? `${pointer}: ` : ""}${cause}${mend ? `; ${mend}` : ""}`,
    );
    const sentence = title.charAt(0).toUpperCase() + title.slice(1);
    return { title: sentence, detail: [detail, ...more].join(". "), trace: trace_id ?? undefined };
  }
  if (error instanceof Unreachable) return { title: "No connection", detail: error.message, trace: undefined };
  const detail = error instanceof Error ? error.message : String(error);
  return { title: "Something went wrong in the console", detail, trace: undefined };
}
