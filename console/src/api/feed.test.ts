import { describe, expect, it } from "vitest";
import { type Batch, type Channel, Feed, type Source, type Turn } from "./feed";
import type { CloudEvent } from "./types";

function event(id: string): CloudEvent {
  return { id, type: "com.crossdock.order.received.v1", subject: "order SO-1" } as CloudEvent;
}

/** All tabs of a browser: a message goes to all but the sender. */
class Browser {
  readonly #channels = new Set<Channel>();
  #turns: Promise<void> = Promise.resolve();

  channel(): Channel {
    const others = this.#channels;
    const own: Channel = {
      onmessage: null,
      postMessage(message) {
        for (const other of others) if (other !== own) other.onmessage?.({ data: message });
      },
      close() {
        others.delete(own);
      },
    };
    others.add(own);
    return own;
  }

  readonly turn: Turn = (task) => {
    const mine = this.#turns.then(task);
    this.#turns = mine;
    return mine;
  };
}

/** A journal that grows by hand, and counts who asks. */
class Journal implements Source {
  readonly pause = 0;
  readonly asked: string[] = [];
  #waiting: ((batch: Batch) => void) | undefined;
  failNext = false;

  async position(): Promise<string> {
    return "10";
  }

  read(after: string, signal: AbortSignal): Promise<Batch> {
    this.asked.push(after);
    if (this.failNext) {
      this.failNext = false;
      return Promise.reject(new Error("away"));
    }
    return new Promise((resolve, reject) => {
      this.#waiting = resolve;
      signal.addEventListener("abort", () => reject(new Error("stopped")));
    });
  }

  async happen(next: string): Promise<void> {
    await until(() => this.#waiting !== undefined);
    const answer = this.#waiting;
    this.#waiting = undefined;
    answer?.({ events: [event(next)], next });
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("it never came to be");
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function tab(browser: Browser, source: Source): { seen: string[]; feed: Feed } {
  const seen: string[] = [];
  const onEvents = (events: readonly CloudEvent[]): void => {
    seen.push(...events.map(({ id }) => id));
  };
  const feed = new Feed({ source, channel: browser.channel(), turn: browser.turn, onEvents });
  void feed.run();
  return { seen, feed };
}

describe("the event feed", () => {
  it("is asked for by one tab, and heard in all", async () => {
    const [browser, journal] = [new Browser(), new Journal()];
    const first = tab(browser, journal);
    const second = tab(browser, journal);
    await journal.happen("11");
    await until(() => first.seen.length === 1 && second.seen.length === 1);
    expect(journal.asked[0]).toBe("10");
    expect(second.seen).toEqual(["11"]);
    await until(() => journal.asked.length === 2);
    expect(journal.asked).toEqual(["10", "11"]);
  });

  it("goes on in another tab where the last batch ended when the leader closes", async () => {
    const [browser, journal] = [new Browser(), new Journal()];
    const first = tab(browser, journal);
    const second = tab(browser, journal);
    await journal.happen("11");
    await until(() => second.seen.length === 1 && journal.asked.length === 2);
    first.feed.stop();
    await until(() => journal.asked.length === 3);
    await journal.happen("12");
    await until(() => second.seen.length === 2);
    expect(journal.asked.at(2)).toBe("11");
    expect(first.seen).toEqual(["11"]);
  });

  it("begins again where it was after a failure, and loses nothing", async () => {
    const [browser, journal] = [new Browser(), new Journal()];
    journal.failNext = true;
    const only = tab(browser, journal);
    await journal.happen("11");
    await until(() => only.seen.length === 1);
    expect(journal.asked.slice(0, 2)).toEqual(["10", "10"]);
  });
});
