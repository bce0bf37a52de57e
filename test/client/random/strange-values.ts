import type { Random } from "../../support/random.ts";
import { pick } from "./settings.ts";

/** A value that a column of SQLite can hold. */
export type CellValue = null | number | bigint | string | Uint8Array;

const TEXTS = [
  "",
  " ",
  "on",
  "off",
  "all",
  "percentage",
  "string",
  "true",
  "constructor",
  "__proto__",
  "\u0000",
  "\ud83d",
  "\u202e",
  "a:b#c",
  "x".repeat(5000),
  "2026-11-20T00:00:00.000Z",
];
const JSONS = [
  "{}",
  "[]",
  "null",
  "true",
  "0",
  "1e999",
  '"on"',
  '"nobody"',
  "{",
  "[[[",
  '{"__proto__":{"on":true}}',
  '{"constructor":["on"]}',
  '{"on":true,"off":false}',
  '{"on":1}',
  '{"split":[]}',
  '{"split":[{"variant":"on","percentage":100}]}',
  '{"split":{"on":"100%"}}',
  '{"user_ids":["u"],"roles":null}',
  '{"user_ids":[1,{}]}',
  '{"search":["on"]}',
  '[{"if":{},"serve":"on"}]',
  '[{"if":{"all":[{"userId":{"is":"u"}}]},"serve":"on","percentage":"x"}]',
  '[{"if":{"userId":{"nobody":1}},"serve":"off"}]',
  `${"[".repeat(3000)}${"]".repeat(3000)}`,
  `[${'{"if":'.repeat(300)}{}${"}".repeat(300)}]`,
];
const NUMBERS = [0, 1, 2, -1, 0.5, 100, 100.0001, 1e308, -0, 2 ** 53, Number.MIN_VALUE];
const INTEGERS = [2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 0n, 1n];

/** Returns a value that no statement of a sync would write. */
export function aStrangeValue(random: Random): CellValue {
  const kind = random.next();
  if (kind < 0.1) return null;
  if (kind < 0.3) return pick(random, TEXTS);
  if (kind < 0.6) return pick(random, JSONS);
  if (kind < 0.8) return pick(random, NUMBERS);
  if (kind < 0.9) return pick(random, INTEGERS);
  return Uint8Array.from({ length: 8 }, () => random.between(0, 256));
}
