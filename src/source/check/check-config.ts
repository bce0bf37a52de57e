import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { checkRepeats } from "./check-condition.ts";
import type { AttributeDeclaration, ConfigFile } from "../shape/config-file.ts";
import type { Draft } from "../load/draft.ts";
import { type ParsedFile, problemAtKey, problemAtValue } from "../load/parsed-file.ts";

/** Words that a condition uses for itself. */
const CONDITION_WORDS: ReadonlySet<string> = new Set(["any", "all", "none", "segment"]);

export function checkConfig({ file, json, unusable }: Draft<ConfigFile>): readonly Diagnostic[] {
  const environments = Object.keys(json.environments ?? {});
  const problems: Diagnostic[] = [];
  if (environments.length === 0 && !unusable.has("environments")) {
    problems.push(
      problemAtValue(file, ["environments"], {
        code: "empty",
        message: "environments is empty; at least one environment is required",
        hint: "declare one, e.g. production: { protected: true }",
      }),
    );
  }
  // `acknowledge` names environments beside its reason.
  if (environments.includes("reason"))
    problems.push(reserved(file, ["environments", "reason"], `environment "reason"`, "acknowledge"));
  for (const [name, attribute] of Object.entries(json.attributes ?? {})) {
    if (CONDITION_WORDS.has(name))
      problems.push(reserved(file, ["attributes", name], `attribute "${name}"`, "conditions"));
    problems.push(...checkAttribute(file, name, attribute));
  }
  return problems;
}

function reserved(file: ParsedFile, path: readonly string[], what: string, where: string): Diagnostic {
  const message = `${what} cannot have this name: the word is reserved in ${where}`;
  return problemAtKey(file, path, { code: "reserved-name", message, hint: "choose another name" });
}

function checkAttribute(
  file: ParsedFile,
  name: string,
  { type, values, weights }: AttributeDeclaration,
): readonly Diagnostic[] {
  const path = ["attributes", name];
  const problems = [...checkRepeats({ file, path: [...path, "values"], who: `attribute "${name}"` }, values)];
  const wanted = type === "number" ? "number" : "string";
  if (values !== undefined && (type === "boolean" || values.some((value) => typeof value !== wanted))) {
    const message = `the values of attribute "${name}" do not match its type, ${type}`;
    const hint = type === "boolean" ? "remove values: a boolean has true and false" : `write each value as a ${wanted}`;
    problems.push(problemAtKey(file, [...path, "values"], { code: "value-type", message, hint }));
  }
  if (weights === undefined) return problems;
  const fault = weightsFault(values?.length ?? 0, weights);
  if (fault === undefined) return problems;
  return [
    ...problems,
    problemAtKey(file, [...path, "weights"], {
      code: "bad-weights",
      message: `attribute "${name}" has ${fault}`,
      hint: "write one weight per value, at least one of them above 0",
    }),
  ];
}

function weightsFault(values: number, weights: readonly number[]): string | undefined {
  if (values !== weights.length) return `${weights.length} weights for ${values} values`;
  return weights.some((weight) => weight > 0) ? undefined : "no weight above 0";
}
