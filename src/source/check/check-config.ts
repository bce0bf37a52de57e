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
        message: "environments is an empty mapping",
        hint: "declare at least one, e.g. production: { protected: true }",
      }),
    );
  }
  // `acknowledge` names environments beside its reason.
  if (environments.includes("reason"))
    problems.push(reserved(file, ["environments", "reason"], "reason", "acknowledge"));
  for (const [name, attribute] of Object.entries(json.attributes ?? {})) {
    if (CONDITION_WORDS.has(name)) problems.push(reserved(file, ["attributes", name], name, "conditions"));
    problems.push(...checkAttribute(file, name, attribute));
  }
  return problems;
}

function reserved(file: ParsedFile, path: readonly string[], name: string, where: string): Diagnostic {
  const message = `"${name}" already has a meaning in ${where}`;
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
    const message = `the values of attribute "${name}" do not fit its type ${type}`;
    const hint = type === "boolean" ? "a boolean lists no values" : `write each as a ${wanted}`;
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
      hint: "one weight for each value, at least one above 0",
    }),
  ];
}

function weightsFault(values: number, weights: readonly number[]): string | undefined {
  if (values !== weights.length) return `${weights.length} weights for ${values} values`;
  return weights.some((weight) => weight > 0) ? undefined : "no weight above 0";
}
