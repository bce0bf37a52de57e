import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { JsonValue } from "../../core/json.ts";
import { momentOf } from "../../core/evaluate/moment.ts";
import { switchWord } from "../../core/override/override-text.ts";
import type { Draft } from "../load/draft.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { type Problem, problemAtKey, problemAtValue } from "../load/parsed-file.ts";
import type { Path } from "../load/tree.ts";
import { type FlagVariants, variantsOf, type Vocabulary } from "../shape/vocabulary.ts";
import { suggestion } from "../../core/diagnostic/unknown-name.ts";
import { foundText } from "./wording.ts";

const RESERVED_METADATA: readonly string[] = ["owner", "kind", "expires", "tags"];

/**
 * What is wrong with what a flag says of itself: owner, dates, variants.
 *
 * @param today  `YYYY-MM-DD`; without it nothing is said about expiry
 */
export function checkFlag(draft: Draft<FlagFile>, words: Vocabulary, today: string | undefined): readonly Diagnostic[] {
  return [
    ...checkOwner(draft, words),
    ...checkExpiry(draft, today),
    ...checkMetadata(draft),
    ...checkVariants(draft),
    ...checkEnvironmentNames(draft, words),
  ];
}

function checkOwner({ file, json: { owner } }: Draft<FlagFile>, { owners }: Vocabulary): readonly Diagnostic[] {
  if (owner === undefined || owners === undefined || owners.has(owner)) return [];
  const message = `owner "${owner}" is not declared in flags/_config.yaml`;
  return [
    problemAtValue(file, ["owner"], { code: "unknown-owner", message, hint: suggestion(owner, owners, "owners") }),
  ];
}

function checkExpiry(
  { file, json: { kind, expires }, unusable }: Draft<FlagFile>,
  today: string | undefined,
): readonly Diagnostic[] {
  if (expires === undefined) {
    if (unusable.has("expires") || (kind !== "release" && kind !== "experiment")) return [];
    const message = `a flag of kind ${kind} says when it ends, and this one has no expires`;
    return [
      problemAtKey(file, ["kind"], {
        code: "missing-expiry",
        message,
        hint: "add expires: the day after which the flag should be gone",
      }),
    ];
  }
  if (momentOf(expires) === undefined) {
    return [
      problemAtValue(file, ["expires"], {
        code: "bad-date",
        message: `expires is ${foundText(expires)}, which is no day of the calendar`,
        hint: "e.g. 2027-03-01",
      }),
    ];
  }
  if (today === undefined || today <= expires) return [];
  const message = `the flag should have been gone after ${expires}`;
  return [
    problemAtValue(file, ["expires"], {
      code: "expired",
      severity: "warning",
      message,
      hint: "remove the flag, or move the date and say why",
    }),
  ];
}

function checkMetadata({ file, json: { metadata, tags } }: Draft<FlagFile>): readonly Diagnostic[] {
  const reserved = RESERVED_METADATA.filter((name) => metadata !== undefined && Object.hasOwn(metadata, name)).map(
    (name) => {
      const message = `metadata has "${name}", which the flag itself says`;
      return problemAtKey(file, ["metadata", name], {
        code: "reserved-metadata",
        message,
        hint: `move it up: ${name} is a key of the flag`,
      });
    },
  );
  const repeats = (tags ?? []).flatMap((tag, index) => {
    if (tags?.indexOf(tag) === index) return [];
    const problem = {
      code: "duplicate-value",
      severity: "warning",
      message: `tags lists "${tag}" twice`,
      hint: "delete one",
    } as const;
    return [problemAtValue(file, ["tags", index], problem)];
  });
  return [...reserved, ...repeats];
}

function checkVariants(draft: Draft<FlagFile>): readonly Diagnostic[] {
  const { file, json, unusable } = draft;
  const known = variantsOf(draft);
  if (known.type === undefined) return [];
  const names = (["offVariant", "fallback"] as const).flatMap((key) => {
    const written = json[key];
    return written === undefined ? [] : checkVariantName(draft, [key], written, known, key);
  });
  if (known.type === "boolean") return [...checkBoolean(draft), ...names];
  const missing: Diagnostic[] = [];
  if (json.variants === undefined && !unusable.has("variants")) {
    const hint = "add variants: a mapping of names to values";
    missing.push(
      problemAtKey(file, ["type"], {
        code: "missing-variants",
        message: `a flag of type ${known.type} has variants, and this one has none`,
        hint,
      }),
    );
  } else if (json.offVariant === undefined && !unusable.has("offVariant")) {
    const hint = "add offVariant: the variant that is served when the flag is off";
    missing.push(
      problemAtKey(file, ["type"], {
        code: "missing-off-variant",
        message: `a flag of type ${known.type} says what it serves when it is off, and this one has no offVariant`,
        hint,
      }),
    );
  }
  return [
    ...missing,
    ...Object.entries(json.variants ?? {}).flatMap(([name, value]) => checkVariant(draft, name, value)),
    ...names,
  ];
}

function checkBoolean({ file, json: { variants, offVariant } }: Draft<FlagFile>): readonly Diagnostic[] {
  const problem = (message: string, hint: string): Problem => ({ code: "boolean-variants", message, hint });
  const problems: Diagnostic[] = [];
  if (variants !== undefined) {
    const message = "a boolean flag has the variants on and off, and writes none";
    problems.push(
      problemAtKey(file, ["variants"], problem(message, "delete variants, or write the type that the flag has")),
    );
  }
  if (offVariant === true) {
    const message = "offVariant is true, but a boolean flag that is off is false";
    problems.push(
      problemAtValue(
        file,
        ["offVariant"],
        problem(message, "delete it; turn the flag's meaning round if it has to be true"),
      ),
    );
  }
  return problems;
}

function checkVariant(
  { file, json: { type, offVariant } }: Draft<FlagFile>,
  name: string,
  value: JsonValue,
): readonly Diagnostic[] {
  const found = value === null ? "nothing" : Array.isArray(value) ? "a list" : typeof value;
  const problems: Diagnostic[] = [];
  if (found !== type) {
    const message = `variant "${name}" is ${foundText(value)}, but the flag's type is ${type}`;
    problems.push(
      problemAtValue(file, ["variants", name], {
        code: "variant-type",
        message,
        hint: type === "string" && found === "number" ? "put it in quotes, as it is written" : undefined,
      }),
    );
  }
  const word = switchWord(name);
  if (word === "on" || (word === "off" && name !== offVariant)) {
    const meaning = word === "on" ? "on, which only a boolean flag can be" : "off, and this is not the off variant";
    problems.push(
      problemAtKey(file, ["variants", name], {
        code: "word-variant",
        message: `an environment variable reads the variant's name "${name}" as ${meaning}`,
        hint: "choose another name",
      }),
    );
  }
  return problems;
}

/** One name of a variant, wherever it is written. `whose` begins the message, e.g. `rule "eu-beta"`. */
export function checkVariantName(
  { file }: Draft<FlagFile>,
  path: Path,
  written: boolean | string,
  { type, names }: FlagVariants,
  whose: string,
  of = "this flag",
): readonly Diagnostic[] {
  if (type === undefined || (type === "boolean" && typeof written === "boolean")) return [];
  if (type !== "boolean" && (names === undefined || (typeof written === "string" && names.has(written)))) return [];
  const message = `${whose} names variant ${foundText(written)}, which ${of} does not have`;
  const hint =
    type === "boolean" ? "a boolean flag has true and false" : suggestion(String(written), names ?? [], "variants");
  return [problemAtValue(file, path, { code: "unknown-variant", message, hint })];
}

function checkEnvironmentNames({ file, json }: Draft<FlagFile>, { environments }: Vocabulary): readonly Diagnostic[] {
  if (environments === undefined) return [];
  const unknown = (path: Path, name: string, at: typeof problemAtKey): readonly Diagnostic[] => {
    if (environments.has(name)) return [];
    const message = `environment "${name}" is not declared in flags/_config.yaml`;
    return [
      at(file, path, { code: "unknown-environment", message, hint: suggestion(name, environments, "environments") }),
    ];
  };
  const overlays = Object.keys(json.environments ?? {}).flatMap((name) =>
    unknown(["environments", name], name, problemAtKey),
  );
  const acknowledged = Object.keys(json.acknowledge ?? {}).filter((name) => name !== "reason");
  const tested = (json.tests ?? []).flatMap((test, index) =>
    test.in === undefined ? [] : unknown(["tests", index, "in"], test.in, problemAtValue),
  );
  return [
    ...overlays,
    ...acknowledged.flatMap((name) => unknown(["acknowledge", name], name, problemAtKey)),
    ...tested,
  ];
}
