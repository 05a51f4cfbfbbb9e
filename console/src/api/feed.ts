import type { CloudEvent } from "./types";

/** A run of events and the place after them. */
export interface Batch {
  readonly events: readonly CloudEvent[];
  readonly next: string;
}

/** Where events come from: a stream, or pages that are asked for. */
export interface Source {
  /** The place where the feed ends now. */
  position(signal: AbortSignal): Promise<string>;
  /** Waits for events after a place. May answer with none. */
  read(after: string, signal: AbortSignal): Promise<Batch>;
  /** How long to wait before the next look, in milliseconds. */
  readonly pause: number;
}

/** How the tabs of one browser talk to each other. */
export interface Channel {
  postMessage(message: Batch): void;
  onmessage: ((event: { data: Batch }) => void) | null;
  close(): void;
}

/** Runs the task once it is this tab's turn, and holds the turn until the task ends. */
export type Turn = (task: () => Promise<void>, signal: AbortSignal) => Promise<void>;

interface FeedOptions {
  readonly source: Source;
  readonly channel: Channel;
  readonly turn: Turn;
  readonly onEvents: (events: readonly CloudEvent[]) => void;
  /** Waits; cut short when the feed is stopped. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** After a failure the pause doubles up to this many times. */
const SLOWER = 4;

/**
 * Follows the event feed for all tabs of a browser: one tab, the leader, asks the product and tells the others. When it
 * closes, the next takes over where the last batch ended.
 */
export class Feed {
  #after: string | undefined;
  readonly #stop = new AbortController();
  readonly #options: FeedOptions;

  constructor(options: FeedOptions) {
    this.#options = options;
    options.channel.onmessage = ({ data }) => this.#take(data);
  }

  /** Follows until `stop`. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    try {
      await this.#options.turn(() => this.#lead(signal), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  stop(): void {
    this.#stop.abort();
    this.#options.channel.onmessage = null;
    this.#options.channel.close();
  }

  #take(batch: Batch): void {
    this.#after = batch.next;
    if (batch.events.length > 0) this.#options.onEvents(batch.events);
  }

  async #lead(signal: AbortSignal): Promise<void> {
    const { source, channel, sleep = wait } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      try {
        this.#after ??= await source.position(signal);
        const batch = await source.read(this.#after, signal);
        if (signal.aborted) return;
        failures = 0;
        const isNews = batch.next !== this.#after;
        this.#take(batch);
        if (isNews) channel.postMessage(batch);
      } catch {
        // the connection tells people about it; here it is only tried again, more slowly
        failures = Math.min(failures + 1, SLOWER);
      }
      await sleep(source.pause * 2 ** failures, signal);
    }
  }
}

export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
