import { expect, test } from "vitest";
import { parseOverrides } from "../../../src/core/override/parse-overrides.ts";
import { trace } from "../../../src/core/evaluate/trace.ts";
import {
  aColourFlag,
  aFlag,
  aRule,
  flagMap,
  isOneOf,
  matches,
  percentage,
  portion,
  split,
} from "../../support/flags.ts";

const routing = aFlag({
  key: "x",
  rules: [
    aRule({ name: "staff", when: { op: "segment", anyOf: [{ name: "staff", when: isOneOf("userRole", "admin") }] } }),
    aRule({
      name: "Toronto beta",
      when: { op: "all", of: [isOneOf("postalCode", "M5V"), matches("appVersion", { op: "semver", range: ">=5.5" })] },
      portion: portion(25),
    }),
  ],
  rollout: percentage(50),
});

test("a trace shows the conditions of each rule, missing attributes, and the bucket of the default rollout", () => {
  const { evaluation, steps } = trace(flagMap([routing]), "x", { userId: "user-42", postalCode: "M5V" });
  expect(evaluation).toMatchObject({ value: true, reason: "SPLIT" });
  expect(steps).toEqual([
    { step: "override", override: null },
    { step: "enabled", enabled: true },
    {
      step: "rule",
      number: 1,
      name: "staff",
      matches: "unknown",
      condition: {
        op: "any",
        outcome: "unknown",
        parts: [
          {
            op: "segment",
            name: "staff",
            outcome: "unknown",
            parts: [
              expect.objectContaining({ op: "match", attribute: "userRole", found: null, unknownBecause: "missing" }),
            ],
          },
        ],
      },
      portion: null,
      split: null,
      variant: null,
      missing: null,
    },
    {
      step: "rule",
      number: 2,
      name: "Toronto beta",
      matches: "unknown",
      condition: {
        op: "all",
        outcome: "unknown",
        parts: [
          expect.objectContaining({ attribute: "postalCode", found: "M5V", outcome: true, unknownBecause: null }),
          expect.objectContaining({
            attribute: "appVersion",
            found: null,
            outcome: "unknown",
            unknownBecause: "missing",
          }),
        ],
      },
      portion: null,
      split: null,
      variant: null,
      missing: null,
    },
    {
      step: "last-line",
      strategy: "percentage",
      listings: null,
      matches: true,
      portion: { by: "userId", share: 50_000, bucket: 29_779, isInside: true },
      split: null,
      variant: "on",
      missing: null,
    },
  ]);
});

test("a trace distinguishes an attribute of the wrong type from a missing one, and cuts long values", () => {
  const long = "x".repeat(500);
  const { steps } = trace(flagMap([routing]), "x", { userId: 1, userRole: long, postalCode: "M5V", appVersion: 6 });
  const rules = steps.filter((step) => step.step === "rule");
  const parts = rules.map(({ condition }) => (condition?.op === "match" ? [] : (condition?.parts ?? [])));
  expect(parts[1]?.[1]).toMatchObject({ unknownBecause: "type", found: "6" });
  expect(JSON.stringify(parts[0])).not.toContain("x".repeat(80));
});

test("pins replace the bucket of the subject, separately for the share and the split", () => {
  const flag = aColourFlag({ key: "x", rollout: percentage(10), serve: split({ control: 34, blue: 33, green: 33 }) });
  const served = (gate: number, part?: number) =>
    trace(flagMap([flag]), "x", {}, { pins: { gate, split: part } }).evaluation.variant;
  expect(served(9_999, 34_000)).toBe("blue");
  expect(served(9_999, 33_999)).toBe("control");
  expect(served(9_999, 67_000)).toBe("green");
  expect(served(10_000, 34_000)).toBe("control");
  const { evaluation } = trace(flagMap([flag]), "x", {}, { pins: { gate: 0 } });
  expect(evaluation).toMatchObject({ variant: "control", reason: "DEFAULT", metadata: { missing: ["userId"] } });
});

test("pins affect only the traced flag", () => {
  const flags = flagMap([
    aFlag({ key: "x", requires: [{ flag: "y", variants: ["on"] }] }),
    aFlag({ key: "y", rollout: percentage(50) }),
  ]);
  const { evaluation, steps } = trace(flags, "x", {}, { pins: { gate: 0 } });
  expect(evaluation.value).toBe(false);
  expect(steps.at(-1)).toEqual({
    step: "requirement",
    requirement: { flag: "y", variants: ["on"] },
    served: "off",
    isMet: false,
    problem: null,
  });
});

test("a trace has steps for lists, requirements that cannot be evaluated, unknown flags and overrides", () => {
  const listed = aFlag({
    key: "x",
    rollout: { strategy: "whitelist", lists: { userId: ["7"], workshopId: ["uuid1"] } },
  });
  expect(trace(flagMap([listed]), "x", { userId: 8, workshopId: ["uuid0", "uuid1"] }).steps.at(-1)).toMatchObject({
    step: "last-line",
    listings: [
      { attribute: "userId", found: ["8"], isListed: false },
      { attribute: "workshopId", found: ["uuid0", "uuid1"], isListed: true },
    ],
  });

  const needy = aFlag({ key: "x", requires: [{ flag: "gone", variants: ["on"] }] });
  expect(trace(flagMap([needy]), "x", {}).steps.at(-1)).toMatchObject({
    step: "requirement",
    isMet: false,
    problem: "unknown",
  });
  const circle = aFlag({ key: "x", requires: [{ flag: "x", variants: ["on"] }] });
  expect(trace(flagMap([circle]), "x", {}).steps.at(-1)).toMatchObject({
    step: "requirement",
    isMet: false,
    problem: "too-deep",
  });

  expect(trace(flagMap([]), "x", {}, { archived: ["x"] }).steps).toEqual([
    { step: "override", override: null },
    { step: "absent", as: "archived", isDefined: false },
  ]);
  const overrides = parseOverrides({ FLAGS_KILL: "x" });
  expect(trace(flagMap([listed]), "x", {}, { overrides }).steps).toEqual([
    { step: "override", override: expect.objectContaining({ via: "FLAGS_KILL=x", variant: "off" }) as unknown },
  ]);
});
