import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { DEFAULT_BY } from "../../core/flag/flag.ts";
import type { Draft } from "../load/draft.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { variantsOf, type Vocabulary } from "../shape/vocabulary.ts";
import { checkDeclared, checkValues } from "./check-condition.ts";
import { checkVariantName } from "./check-variants.ts";

/** Checks the attributes, values and variants that inline tests name. `runInlineTests` runs the tests. */
export function* checkTests(draft: Draft<FlagFile>, words: Vocabulary): Generator<Diagnostic> {
  const { file, json } = draft;
  const variants = variantsOf(draft);
  for (const [index, { given, expect }] of (json.tests ?? []).entries()) {
    const site = { file, path: ["tests", index], who: `test ${index + 1}` };
    for (const [name, value] of Object.entries(given)) {
      if (name === "targetingKey") continue;
      const at = { ...site, path: [...site.path, "given", name] };
      yield* checkDeclared(at, name, words, "key");
      const declaration = words.attributes?.get(name);
      // A subject may be a number, even if userId is declared as a different type.
      if (declaration === undefined || (name === DEFAULT_BY && typeof value === "number")) continue;
      // A test may deliberately use a value that should never occur, so these are warnings.
      for (const problem of checkValues(at, name, words, value)) yield { ...problem, severity: "warning" };
    }
    yield* checkVariantName({ ...site, path: [...site.path, "expect"] }, expect, variants, words);
  }
}
