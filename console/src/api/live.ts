import type { QueryClient } from "@tanstack/react-query";
import { changesOf, concerns } from "./changes";
import { get } from "./client";
import { connection } from "./connection";
import { type Batch, type Channel, Feed, type Source } from "./feed";
import type { CloudEvent } from "./types";

/** The feed as it is today: asked every two seconds. */
const polling: Source = {
  pause: 2_000,
  async position(signal) {
    const { position } = await get("/v1/progress", { signal });
    return String(position);
  },
  read(after, signal) {
    return get("/v1/events", { query: { after: Number(after), limit: 1_000 }, signal });
  },
};

/** Events come in bursts; what they touch is read again at most this often, in milliseconds. */
const CALM = 1_000;

/** Keeps everything that is shown up to date, until the answer is called. */
export function live(client: QueryClient): () => void {
  const refresh = gathered((events) => {
    const changes = changesOf(events);
    void client.invalidateQueries({ predicate: (query) => concerns(changes, query.queryKey) });
  });
  const feed = new Feed({
    source: polling,
    channel: tabs("crossdock-events"),
    turn: (task, signal) => navigator.locks.request("crossdock-events", { signal }, task),
    onEvents: refresh.add,
  });
  void feed.run();
  const unsubscribe = connection.subscribe(() => {
    // whatever happened meanwhile, and failed meanwhile, is read again
    if (!connection.get().lost) void client.invalidateQueries();
  });
  return () => {
    feed.stop();
    unsubscribe();
    refresh.stop();
  };
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
