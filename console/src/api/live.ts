import type { Query, QueryClient } from "@tanstack/react-query";
import { changesOf, concerns } from "./changes";
import { get, stream } from "./client";
import { connection } from "./connection";
import { type Batch, type Channel, Feed, type Source } from "./feed";
import { either, entryBefore, Stream, since } from "./stream";
import type { CloudEvent } from "./types";

async function position(signal: AbortSignal): Promise<string> {
  return String((await get("/v1/progress", { signal })).position);
}

/** The feed in pages, asked for every two seconds. */
const pages: Source = {
  pause: 2_000,
  position,
  read: (after, signal) => get("/v1/events", { query: { after: entryBefore(after), limit: 1_000 }, signal }),
};

/** Events come in bursts; what they touch is read again at most this often, in milliseconds. */
const CALM = 1_000;

/** Keeps everything that is shown up to date, until the answer is called. */
export function live(client: QueryClient): () => void {
  const refresh = gathered((events) => {
    const changes = changesOf(events);
    void readAgain(client, (query) => concerns(changes, query.queryKey));
  });
  const line = new Stream((place, signal) => stream("/v1/events", { ...since(place), signal }), position);
  const feed = new Feed({
    source: either(line, pages),
    channel: tabs("crossdock-events"),
    turn: (task, signal) => navigator.locks.request("crossdock-events", { signal }, task),
    onEvents: refresh.add,
  });
  void feed.run();
  // a line that went with the network is not told to us before it is silent for long
  const cut = (): void => line.cut();
  window.addEventListener("offline", cut);
  window.addEventListener("online", cut);
  const unsubscribe = connection.subscribe(() => {
    // whatever happened meanwhile, and failed meanwhile, is read again
    if (!connection.get().lost) void client.invalidateQueries();
  });
  return () => {
    feed.stop();
    window.removeEventListener("offline", cut);
    window.removeEventListener("online", cut);
    unsubscribe();
    refresh.stop();
  };
}

/**
 * Reads what is concerned again. What is being read at the moment is let come to its end, or a long list would never be there while things
 * happen, and is read once more behind it.
 */
async function readAgain(client: QueryClient, isConcerned: (query: Query) => boolean): Promise<void> {
  const goOn = { cancelRefetch: false };
  const reading = client.getQueryCache().findAll({ predicate: isConcerned, fetchStatus: "fetching" });
  await client.invalidateQueries({ predicate: isConcerned }, goOn);
  if (reading.length > 0) await client.invalidateQueries({ predicate: (query) => reading.includes(query) }, goOn);
}

/** The other tabs of this browser. */
function tabs(name: string): Channel {
  const broadcast = new BroadcastChannel(name);
  const channel: Channel = {
    onmessage: null,
    postMessage: (batch) => broadcast.postMessage(batch),
    close: () => broadcast.close(),
  };
  broadcast.onmessage = ({ data }: MessageEvent<Batch>) => channel.onmessage?.({ data });
  return channel;
}

/** Gathers what comes within a moment into one call. */
function gathered(act: (events: readonly CloudEvent[]) => void): {
  add: (events: readonly CloudEvent[]) => void;
  stop: () => void;
} {
  let pending: CloudEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    add(events) {
      pending.push(...events);
      timer ??= setTimeout(() => {
        const gathered = pending;
        pending = [];
        timer = undefined;
        act(gathered);
      }, CALM);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
