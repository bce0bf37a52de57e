import { expect, test } from "vitest";
import { suggestion, unknownFlag, unknownName } from "../../../src/core/diagnostic/unknown-name.ts";

const ENVIRONMENTS = ["development", "staging", "production"];

test.each([
  ["prodution", 'did you mean "production"?'],
  ["prod", 'did you mean "production"?'],
  ["Dev", 'did you mean "development"?'],
  ["pr", undefined],
  ["qa", undefined],
])("an unknown environment %j is reported with the declared ones and the hint %j", (name, hint) => {
  expect(unknownName("environment", name, ENVIRONMENTS)).toEqual({
    message: `environment "${name}" is not declared in flags/_config.yaml; declared environments: development, staging, production`,
    hint,
  });
});

test("the report states that no name is valid if there is none", () => {
  expect(unknownName("rule", "beta", []).message).toBe('rule "beta" does not exist in this flag; rules: (none)');
});

test("an unknown flag is reported with the most similar key, or else with the first ten", () => {
  const keys = Array.from({ length: 12 }, (_, index) => `flag_${index}`);
  expect(unknownFlag("flag_99", keys)).toEqual({
    message: 'flag "flag_99" does not exist in flags/',
    hint: 'did you mean "flag_9"?',
  });
  expect(unknownFlag("banner", keys, "production revision 7")).toEqual({
    message: 'flag "banner" does not exist in production revision 7',
    hint: "flags: flag_0, flag_1, flag_2, flag_3, flag_4, flag_5, flag_6, flag_7, flag_8, flag_9, …",
  });
  expect(unknownFlag("banner", []).hint).toBe("flags/ has no flags");
});

test("the hint of a diagnostic gives the most similar name and all names in alphabetical order", () => {
  expect(suggestion("staf", ["staff", "beta_cities"], "segments", { left: 1_000 })).toBe(
    'did you mean "staff"?   segments: beta_cities, staff',
  );
  expect(suggestion("nobody", [], "segments", { left: 1_000 })).toBe("segments: (none)");
});
