import type { Batch, Source } from "./feed";
import type { CloudEvent } from "./types";

/** A server-sent event, as far as the feed uses it. */
export interface Frame {
  readonly id: string;
  readonly data: string;
}

/** Takes a stream of server-sent events apart (WHATWG HTML §9.2.6). What has not ended yet waits for its rest. */
export class Frames {
  #rest = "";

  /** The frames that the text completes. Comments, which only keep the line open, are none. */
  take(text: string): Frame[] {
    // a line may end with either sign or both, and both may come in two pieces
    const whole = this.#rest + text;
    const held = whole.endsWith("\r") ? 1 : 0;
    const blocks = whole
      .slice(0, whole.length - held)
      .replace(/\r\n?/g, "\n")
      .split("\n\n");
    this.#rest = (blocks.pop() ?? "") + whole.slice(whole.length - held);
    return blocks.flatMap((block) => frameOf(block) ?? []);
  }
}

function frameOf(block: string): Frame | undefined {
  const data: string[] = [];
  let id = "";
  for (const line of block.split("\n")) {
    const [, name, value = ""] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === "data") data.push(value);
    if (name === "id") id = value;
  }
  return data.length > 0 ? { id, data: data.join("\n") } : undefined;
}

/** How the place of an event, such as `17.3`, is asked for: the stream goes on with the next event of that entry. */
export function since(place: string): { headers: Record<string, string>; query: { after?: number } } {
  return place.includes(".")
    ? { headers: { "last-event-id": place }, query: {} }
    : { headers: {}, query: { after: Number(place) } };
}

/** The last entry before a place of which all events are known: pages of the feed have whole entries. */
export function entryBefore(place: string): number {
  return place.includes(".") ? Number(place.split(".")[0]) - 1 : Number(place);
}

/** Opens the stream after a place; the answer is its body. */
export type Opening = (place: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

interface Line {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly decoder: TextDecoder;
  readonly frames: Frames;
  /** The place up to which it was read. */
  at: string;
}

/** The product says something every 15 seconds; a line that is silent for so long, in milliseconds, is dead. */
const SILENCE = 40_000;

/** The feed as it happens: one answer that does not end. */
export class Stream implements Source {
  readonly pause = 0;
  readonly position: Source["position"];
  readonly #open: Opening;
  readonly #silence: number;
  #line: Line | undefined;
  #cut = new AbortController();

  constructor(open: Opening, position: Source["position"], silence = SILENCE) {
    this.#open = open;
    this.position = position;
    this.#silence = silence;
  }

  /** Ends what is under way: the reading fails and is begun anew. */
  cut(): void {
    this.#cut.abort(new Error("the line was cut"));
  }

  async read(after: string, signal: AbortSignal): Promise<Batch> {
    try {
      return await this.#next(after, signal);
    } catch (error) {
      this.cut();
      this.#line = undefined;
      throw error;
    }
  }

  async #next(after: string, signal: AbortSignal): Promise<Batch> {
    if (this.#line === undefined || this.#line.at !== after) {
      this.cut();
      this.#cut = new AbortController();
      this.#line = undefined;
    }
    const cut = this.#cut;
    const timer = setTimeout(() => cut.abort(new Error("the line is silent")), this.#silence);
    const either = AbortSignal.any([signal, cut.signal]);
    try {
      this.#line ??= await this.#begin(after, either);
      return await nextOf(this.#line, either);
    } finally {
      clearTimeout(timer);
    }
  }

  async #begin(at: string, signal: AbortSignal): Promise<Line> {
    const body = await this.#open(at, signal);
    return { reader: body.getReader(), decoder: new TextDecoder(), frames: new Frames(), at };
  }
}

async function nextOf(line: Line, signal: AbortSignal): Promise<Batch> {
  const { done, value } = await until(line.reader.read(), signal);
  if (done) throw new Error("the stream has ended");
  const events: CloudEvent[] = [];
  for (const { id, data } of line.frames.take(line.decoder.decode(value, { stream: true }))) {
    events.push(JSON.parse(data) as CloudEvent);
    line.at = id;
  }
  return { events, next: line.at };
}

/** What was promised, or the reason why nobody waits for it any longer. */
function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** After a stream has failed the feed is asked for so long, in milliseconds, before a stream is tried again. */
const ASKING = 30_000;

/** The first source as long as it works, and the second for a while after it has failed: not every way lets streams through. */
export function either(first: Source, second: Source, now: () => number = Date.now): Source {
  let until = 0;
  return {
    get pause() {
      return now() < until ? second.pause : first.pause;
    },
    position: second.position,
    async read(after, signal) {
      if (now() < until) return second.read(after, signal);
      try {
        return await first.read(after, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        until = now() + ASKING;
        return second.read(after, signal);
      }
    },
  };
}
