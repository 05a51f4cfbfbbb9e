import { expect, it } from "vitest";
import type { Exception } from "../../api/types";
import { levelsOf } from "./levels";

const at = (minute: number): string => new Date(minute * 60_000).toISOString();
const one = (kind: string, more: Partial<Exception>): Exception =>
  ({ kind, status: "open", raised_at: at(0), resolve_by: at(60), ...more }) as Exception;

it("a service level counts what was answered in time, and what is open past its time", () => {
  const found = levelsOf(
    [
      one("PRICE", { status: "resolved", ended_at: at(30) }),
      one("PRICE", { status: "cleared", ended_at: at(90) }),
      one("PRICE", {}),
      one("CREDIT", { resolve_by: at(200) }),
    ],
    Date.parse(at(100)),
  );
  expect(found).toEqual([
    { kind: "CREDIT", open: 1, late: 0, ended: 0, inTime: 0, median: undefined },
    { kind: "PRICE", open: 1, late: 1, ended: 2, inTime: 1, median: 60 * 60_000 },
  ]);
});
