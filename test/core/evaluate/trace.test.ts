import fc from "fast-check";
import { expect, test } from "vitest";
import { compileFlags } from "../../../src/core/evaluate/compile.ts";
import { parseOverrides } from "../../../src/core/override/parse-overrides.ts";
import { trace } from "../../../src/core/evaluate/trace.ts";
import { context, environment, flagNamed, flags, KEYS, UNKNOWN_KEYS } from "../../support/arbitrary.ts";
import { flagMap } from "../../support/flags.ts";

const RUNS = process.env["FULL"] ? 100_000 : 4_000;

test("the interpreting and the compiled evaluator always give the same answer", { timeout: 600_000 }, () => {
  const definitions = fc
    .subarray([...KEYS, ...UNKNOWN_KEYS.slice(0, 2)])
    .chain((keys) =>
      fc
        .tuple(...keys.map((key) => flagNamed(key)))
        .map((list) => Object.fromEntries(list.map((flag) => [flag.key, flag]))),
    );
  const file = fc.option(
    environment.map((lines) => ({
      origin: "file" as const,
      path: "overrides.env",
      text: Object.entries(lines)
        .map((line) => line.join("="))
        .join("\n"),
    })),
    { nil: undefined },
  );
  const input = fc.record({
    flags,
    context,
    environment,
    file,
    definitions: fc.option(definitions, { nil: undefined }),
    archived: fc.subarray(["eta_old", "zeta"]),
    killed: fc
      .subarray([...KEYS, ...UNKNOWN_KEYS])
      .chain((keys) => fc.tuple(...keys.map((key) => flagNamed(key).map((flag) => ({ ...flag, enabled: false }))))),
    revision: fc.option(fc.nat(), { nil: undefined }),
  });
  fc.assert(
    fc.property(input, ({ flags, context, environment, file, killed, ...rest }) => {
      const overrides = parseOverrides(environment, file === undefined ? [] : [file]);
      const set = compileFlags({ flags, overrides, archivedKills: killed, ...rest });
      for (const key of [...KEYS, ...UNKNOWN_KEYS]) {
        const compiled = set.evaluate(key, context);
        const options = { overrides, archivedKills: flagMap(killed), ...rest };
        expect(trace(flagMap(flags), key, context, options).evaluation).toEqual(compiled);
        expect(set.isOn(key, context)).toBe(set.evaluate(key, context, false).value === true);
      }
    }),
    { numRuns: RUNS },
  );
});
