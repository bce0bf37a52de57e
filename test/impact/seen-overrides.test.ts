import { expect, test } from "vitest";
import { type SeenOverride, seenOverrides } from "../../src/impact/seen-overrides.ts";
import { overrideWarnings } from "../../src/impact/warnings.ts";

const off = { variant: "off", via: "FEATURE_CHECKOUT", origin: "environment", since: "2026-11-21T10:00:00.000Z" };

test("overrides of instances are counted per flag, each variant and variable once", () => {
  const killed = { ...off, via: "FLAGS_KILL checkout*" };
  const instances = [
    { overrides: { checkout: off } },
    { overrides: { checkout: killed, banner: { ...off, variant: "blue", via: "FEATURE_BANNER" } } },
    { overrides: {} },
  ];
  expect(seenOverrides(instances)).toEqual([
    { key: "banner", variants: ["blue"], via: ["FEATURE_BANNER"], instances: 1, of: 3 },
    { key: "checkout", variants: ["off"], via: ["FEATURE_CHECKOUT", "FLAGS_KILL checkout*"], instances: 2, of: 3 },
  ]);
});

test("an instance of another version with a different report is counted too", () => {
  expect(seenOverrides([{ overrides: { checkout: "off" } }, { overrides: { checkout: null } }])).toEqual([
    { key: "checkout", variants: ["overridden"], via: [], instances: 2, of: 2 },
  ]);
  expect(seenOverrides([])).toEqual([]);
});

const UNTIL = "overridden after the merge until the override is removed there";
test.each<readonly [Partial<SeenOverride>, string]>([
  [{ instances: 3, of: 12 }, `overridden to off by FEATURE_CHECKOUT on 3 of 12 instances: they stay ${UNTIL}`],
  [{ instances: 12, of: 12 }, `overridden to off by FEATURE_CHECKOUT on all 12 instances: they stay ${UNTIL}`],
  [{ instances: 1, of: 1 }, `overridden to off by FEATURE_CHECKOUT on the only instance: it stays ${UNTIL}`],
  [{ variants: ["overridden"], via: [] }, `overridden on 1 of 2 instances: it stays ${UNTIL}`],
])("a changed flag with an override is warned of: %o", (seen, text) => {
  const override = { key: "checkout", variants: ["off"], via: ["FEATURE_CHECKOUT"], instances: 1, of: 2, ...seen };
  expect(overrideWarnings("checkout", [override])).toEqual([{ code: "masked-by-override", text }]);
  expect(overrideWarnings("banner", [override])).toEqual([]);
});
