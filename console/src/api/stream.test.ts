import { describe, expect, it } from "vitest";
import type { Batch, Source } from "./feed";
import { either, entryBefore, Frames, Stream, since } from "./stream";

const never = new AbortController().signal;

describe("server-sent events", () => {
  it("are whole events, in whatever pieces they come", () => {
    const text = ': hello\n\nid: 17.3\nevent: a\ndata: {"id":"17.3"}\n\nid: 17.4\ndata: {"id":\ndata: "17.4"}\n\n';
    const whole = new Frames().take(text);
    const frames = new Frames();
    expect([...text].flatMap((letter) => frames.take(letter))).toEqual(whole);
    expect(whole).toEqual([
      { id: "17.3", data: '{"id":"17.3"}' },
      { id: "17.4", data: '{"id":\n"17.4"}' },
    ]);
  });

  it("may have lines that end as they do elsewhere, also when an end comes in two pieces", () => {
    const frames = new Frames();
    expect(frames.take("id: 1.0\r")).toEqual([]);
    expect(frames.take("\ndata: x\r\n\r")).toEqual([]);
    expect(frames.take("\n")).toEqual([{ id: "1.0", data: "x" }]);
  });
});

describe("a place in the feed", () => {
  it("is asked for by the last event, or by the last entry where none is known", () => {
    expect(since("17.3")).toEqual({ headers: { "last-event-id": "17.3" }, query: {} });
    expect(since("17")).toEqual({ headers: {}, query: { after: 17 } });
  });

  it("within an entry is before that entry for whoever asks for pages: rather an event twice than one lost", () => {
    expect(entryBefore("17.3")).toBe(16);
    expect(entryBefore("17")).toBe(17);
  });
});

/** A product whose streams are written by hand. */
class Product {
  readonly opened: string[] = [];
  #writer: ReadableStreamDefaultController<Uint8Array> | undefined;

  readonly open = (place: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> => {
    this.opened.push(place);
    return Promise.resolve(
      new ReadableStream({
        start: (writer) => {
          this.#writer = writer;
          signal.addEventListener("abort", () => writer.error(signal.reason));
        },
      }),
    );
  };

  say(text: string): void {
    this.#writer?.enqueue(new TextEncoder().encode(text));
  }

  end(): void {
    this.#writer?.close();
  }
}

const position = () => Promise.resolve("16");

async function begun(stream: Stream, product: Product, after: string): Promise<Promise<Batch>> {
  const reading = stream.read(after, never);
  await Promise.resolve();
  product.say('id: 17.0\ndata: {"id":"17.0"}\n\n');
  return reading;
}

describe("a stream", () => {
  it("is opened once, and read on from where it was", async () => {
    const product = new Product();
    const stream = new Stream(product.open, position);
    const first = await begun(stream, product, "16");
    expect(first).toEqual({ events: [{ id: "17.0" }], next: "17.0" });
    product.say(": still here\n\n");
    expect(await stream.read(first.next, never)).toEqual({ events: [], next: "17.0" });
    expect(product.opened).toEqual(["16"]);
  });

  it("that has ended, was cut or is silent fails, and is opened again after the last event", async () => {
    const product = new Product();
    const stream = new Stream(product.open, position, 20);
    await begun(stream, product, "16");
    product.end();
    await expect(stream.read("17.0", never)).rejects.toThrow("the stream has ended");
    await expect(stream.read("17.0", never)).rejects.toThrow("the line is silent");
    const reading = stream.read("17.0", never);
    stream.cut();
    await expect(reading).rejects.toThrow("the line was cut");
    expect(product.opened).toEqual(["16", "17.0", "17.0"]);
  });
});

describe("two ways to hear", () => {
  it("are taken in turn: the second for a while after the first has failed, and then the first again", async () => {
    let works = true;
    let time = 0;
    const heard: string[] = [];
    const way = (name: string, pause: number, may: () => boolean): Source => ({
      pause,
      position,
      read(after) {
        if (!may()) return Promise.reject(new Error("away"));
        heard.push(name);
        return Promise.resolve({ events: [], next: after });
      },
    });
    const source = either(
      way("stream", 0, () => works),
      way("asking", 2_000, () => true),
      () => time,
    );
    await source.read("1", never);
    works = false;
    await source.read("1", never);
    expect(source.pause).toBe(2_000);
    works = true;
    await source.read("1", never);
    time += 60_000;
    await source.read("1", never);
    expect(heard).toEqual(["stream", "asking", "asking", "stream"]);
    expect(source.pause).toBe(0);
  });
});
