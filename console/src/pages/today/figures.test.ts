import { describe, expect, it } from "vitest";
import type { Exception } from "../../api/types";
import { byClock, byTypeAndAge, having } from "./figures";

const NOW = new Date("2026-11-26T12:00:00Z");
const exception = (kind: string, raised_at: string): Exception => ({ kind, raised_at }) as Exception;

describe("the figures of the day", () => {
  it("count a status that no order has as none", () => {
    expect(having({ closed: 5, on_hold: 2 }, ["on_hold", "backordered"])).toBe(2);
  });

  it("count what is over its time, and what nearly is", () => {
    const due = (raised_at: string, resolve_by: string) => ({ ...exception("TAX", raised_at), resolve_by });
    const open = [
      due("2026-11-26T04:00:00Z", "2026-11-26T11:59:00Z"),
      due("2026-11-26T04:00:00Z", "2026-11-26T13:00:00Z"),
      due("2026-11-26T11:00:00Z", "2026-11-27T11:00:00Z"),
    ];
    expect(byClock(open, NOW)).toEqual({ late: 1, soon: 1 });
  });

  it("sort exceptions by type and age, the most frequent type first, and leave out ages that none has", () => {
    const open = [
      exception("TAX", "2026-11-26T11:30:00Z"),
      exception("PRICE", "2026-11-26T11:30:00Z"),
      exception("PRICE", "2026-11-24T11:30:00Z"),
    ];
    expect(byTypeAndAge(open, NOW)).toEqual({
      kinds: ["PRICE", "TAX"],
      ages: [
        { age: "under 1 h", counts: [1, 1] },
        { age: "over 1 d", counts: [1, 0] },
      ],
    });
  });
});
