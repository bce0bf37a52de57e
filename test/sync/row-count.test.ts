import { expect, test } from "vitest";
import { checkRowCount } from "../../src/sync/verify.ts";

test("a sync that would make the table too large is refused with both numbers; one that adds no row is not", () => {
  const live = new Map([
    ["a", null],
    ["b", null],
  ]);
  const changes = (...keys: readonly string[]) => ({ changes: keys.map((key) => ({ key })) }) as never;
  checkRowCount(live, changes("a", "c"), 3);
  expect(() => checkRowCount(live, changes("a", "c", "d"), 3)).toThrow(
    expect.objectContaining({ code: "INVALID_FLAGS", message: expect.stringMatching(/would have 4 rows.* at most 3/) }),
  );
  checkRowCount(live, changes("a", "b"), 1);
});
