import { describe, expect, it } from "vitest";
import { ageOf, duration, fromLocal, relative, span, standing, toLocal } from "./time";

const NOW = new Date("2026-11-26T12:00:00Z");
const at = (text: string): Date => new Date(`2026-11-26T${text}Z`);

describe("time in words", () => {
  it("tells how far away a moment is, and from a week on its date", () => {
    expect(relative(at("12:26:00"), NOW)).toBe("in 26 min");
    expect(relative(at("08:40:00"), NOW)).toBe("3 h 20 min ago");
    expect(relative(at("12:00:10"), NOW)).toBe("in a moment");
    expect(relative(new Date("2026-12-24T12:00:00Z"), NOW)).toBe("24 Dec 2026");
  });

  it("has spans from milliseconds to days", () => {
    expect([12, 5_000, 90_000, 26 * 3_600_000].map(span)).toEqual(["12 ms", "5 s", "2 min", "1 d 2 h"]);
  });

  it("reads the lengths that rules are written with, and leaves other texts alone", () => {
    expect(["PT2H", "P1D", "PT1H30M", "low", "P", "PT"].map(duration)).toEqual([
      "2 h",
      "1 d",
      "1 h 30 min",
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a deadline", () => {
  it("is late once it is over, and soon in the last quarter of its time", () => {
    const from = at("08:00:00");
    expect(standing(from, at("12:00:00"), NOW)).toBe("late");
    expect(standing(from, at("13:00:00"), NOW)).toBe("soon");
    expect(standing(from, at("20:00:00"), NOW)).toBe("fine");
  });

  it("is soon in the last half hour, however short its time is", () => {
    expect(standing(at("11:59:00"), at("12:20:00"), NOW)).toBe("soon");
  });

  it("has an age from when it was raised", () => {
    expect(
      [at("11:30:00"), at("05:00:00"), at("00:00:00"), new Date("2026-11-20T00:00:00Z")].map((since) =>
        ageOf(since, NOW),
      ),
    ).toEqual(["under 1 h", "1 to 8 h", "8 to 24 h", "over 1 d"]);
  });
});

describe("a moment that is typed", () => {
  it("is the reader's in the field and everybody's in the address", () => {
    const typed = "2026-11-26T14:05";
    const moment = fromLocal(typed);
    expect(moment).toBe(`${new Date(2026, 10, 26, 14, 5).toISOString().slice(0, 16)}Z`);
    expect(toLocal(moment)).toBe(typed);
    expect(fromLocal("")).toBeUndefined();
    expect(toLocal("nonsense")).toBe("");
  });
});
