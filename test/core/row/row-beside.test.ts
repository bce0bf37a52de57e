import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DesiredFlag } from "../../../src/core/plan/change.ts";
import type { FlagKey } from "../../../src/core/flag/flag.ts";
import { planChanges, type PlanInput } from "../../../src/core/plan/plan.ts";
import { readBeside } from "../../../src/core/row/row-beside.ts";
import { columnsOf, flagOfRow, type ReadRow } from "../../../src/core/row/row-codec.ts";
import type { RawRow } from "../../../src/core/row/row.ts";
import { flags, flagNamed, KEYS } from "../../support/arbitrary.ts";
import { aFlag, percentage } from "../../support/flags.ts";
import { aRow } from "../../support/rows.ts";

/** What happens to a row between two syncs; the first is by far the most frequent. */
type Fate = (row: RawRow) => RawRow;

const COLUMNS = Object.keys(aRow(aFlag({ key: "any" })));
/** What JSON can say: more never stands below a column. */
const JSONS = [null, true, false, 0, 1, 25, "25.000", "", "all", "{}", [], {}];
/** Values as the engines, their drivers and people at a prompt leave them. */
const VALUES = [...JSONS, undefined, 10n, Number.NaN, new Date(0)];

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fate>((row) => row) },
  { weight: 2, arbitrary: fc.constant<Fate>(asJsonb) },
  { weight: 1, arbitrary: fc.constant<Fate>((row) => ({ ...row, archived_at: "2026-11-01T00:00:00.000Z" })) },
  { weight: 1, arbitrary: fc.constant<Fate>((row) => ({ ...row, path: "flags/moved/it.yaml" })) },
  { weight: 1, arbitrary: fc.constant<Fate>((row) => ({ ...row, enabled: row.enabled !== true })) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...COLUMNS), fc.constantFrom(...VALUES)).map(
      ([column, value]): Fate =>
        (row) =>
          column === "feature_key" ? row : { ...row, [column]: value },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...COLUMNS), fc.constantFrom(...JSONS)).map(
      ([column, value]): Fate =>
        (row) => ({ ...row, synced: { ...Object(row.synced), [column]: value } }),
    ),
  },
);

/** jsonb gives an object's members back in another order. */
function asJsonb(row: RawRow): RawRow {
  const turned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turned);
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).map(([name, member]) => [name, turned(member)]);
    return Object.fromEntries(members.toReversed());
  };
  return { ...row, ...Object.fromEntries(Object.entries(row).map(([column, value]) => [column, turned(value)])) };
}

const table = fc.tuple(
  flags,
  fc.tuple(...KEYS.map((key) => fc.tuple(fc.option(flagNamed(key), { freq: 2 }), fate, fc.boolean()))),
);

test("a plan is the same, whether rows are read by themselves or beside what the files say", () => {
  let agreeing = 0;
  fc.assert(
    fc.property(table, fc.constantFrom("keep", "fail", "heal"), fc.boolean(), ([files, rows], onDrift, release) => {
      const desired = new Map(
        files.map((flag): [FlagKey, DesiredFlag] => [
          flag.key,
          { flag, path: `flags/${flag.key}.yaml`, acknowledged: null },
        ]),
      );
      const raws = KEYS.flatMap((key, index) => {
        const [other, change, isThere] = rows[index] ?? [];
        const flag = other ?? desired.get(key)?.flag;
        return flag === undefined || change === undefined || (!isThere && other === null) ? [] : [change(aRow(flag))];
      });
      const plan = (read: (raw: RawRow) => ReadRow) =>
        planOf({
          desired,
          live: new Map(raws.map((raw) => [String(raw.feature_key), read(raw)])),
          onDrift,
          release: new Set(release ? KEYS : []),
        });
      const beside = (raw: RawRow) => {
        const read = readBeside(raw, desired.get(String(raw.feature_key)));
        if (read.ok && read.agreesWith !== undefined) {
          agreeing += 1;
          expect(read.row).toEqual(expect.objectContaining(columnsOf(read.flag)));
        }
        return read;
      };
      expect(plan(beside)).toEqual(plan(flagOfRow));
    }),
    { numRuns: 400 },
  );
  expect(agreeing, "rows that needed no reading").toBeGreaterThan(50);
});

test("one column that was written by hand is enough to read the row itself", () => {
  const flag = aFlag({ key: "checkout", rollout: percentage(10) });
  const desired = { flag, path: "flags/checkout.yaml" };
  expect(readBeside(aRow(flag), desired)).toMatchObject({ ok: true, agreesWith: desired });
  for (const column of COLUMNS.filter((name) => !["commit_sha", "archived_at"].includes(name))) {
    const read = readBeside({ ...aRow(flag), [column]: 7 }, desired);
    expect(read.ok && read.agreesWith, column).toBeFalsy();
  }
});

function planOf(given: Pick<PlanInput, "desired" | "live" | "onDrift" | "release">) {
  return planChanges({
    environment: "production",
    from: { revision: 56, commit: "4be12f0" },
    to: { commit: "91c0d3a" },
    deletedByHand: new Set(),
    digest: (text) => createHash("sha256").update(text).digest("hex").slice(0, 8),
    ...given,
  });
}
