import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { JsonValue } from "../../core/json.ts";
import { momentOf } from "../../core/matcher/moment.ts";
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
    problemAtValue(file, ["owner"], {
      code: "unknown-owner",
      message,
      hint: suggestion(owner, owners, "declared owners"),
    }),
  ];
}

function checkExpiry(
  { file, json: { kind, expires }, unusable }: Draft<FlagFile>,
  today: string | undefined,
): readonly Diagnostic[] {
  if (expires === undefined) {
    if (unusable.has("expires") || (kind !== "release" && kind !== "experiment")) return [];
    const message = `expires is missing; it is required for a flag of kind ${kind}`;
    return [
      problemAtKey(file, ["kind"], {
        code: "missing-expiry",
        message,
        hint: "add expires: YYYY-MM-DD, the date after which the flag should be gone",
      }),
    ];
  }
  if (momentOf(expires) === undefined) {
    return [
      problemAtValue(file, ["expires"], {
        code: "bad-date",
        message: `expires is ${foundText(expires)}, which is not a valid date`,
        hint: "write YYYY-MM-DD, e.g. 2027-03-01",
      }),
    ];
  }
  if (today === undefined || today <= expires) return [];
  const message = `the flag expired on ${expires}`;
  return [
    problemAtValue(file, ["expires"], {
      code: "expired",
      severity: "warning",
      message,
      hint: "remove the flag, or set a later date and say why",
    }),
  ];
}

function checkMetadata({ file, json: { metadata, tags } }: Draft<FlagFile>): readonly Diagnostic[] {
  const reserved = RESERVED_METADATA.filter((name) => metadata !== undefined && Object.hasOwn(metadata, name)).map(
    (name) => {
      const message = `metadata contains "${name}", which is a field of the flag itself`;
      return problemAtKey(file, ["metadata", name], {
        code: "reserved-metadata",
        message,
        hint: `move ${name} to the top level of the file`,
      });
    },
  );
  const repeats = (tags ?? []).flatMap((tag, index) => {
    if (tags?.indexOf(tag) === index) return [];
    const problem = {
      code: "duplicate-value",
      severity: "warning",
      message: `tags lists "${tag}" twice`,
      hint: "remove one of them",
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
    const hint = "add variants: a mapping of variant names to values";
    missing.push(
      problemAtKey(file, ["type"], {
        code: "missing-variants",
        message: `variants is missing; it is required for a flag of type ${known.type}`,
        hint,
      }),
    );
  } else if (json.offVariant === undefined && !unusable.has("offVariant")) {
    const hint = "add offVariant: the variant to serve when the flag is off";
    missing.push(
      problemAtKey(file, ["type"], {
        code: "missing-off-variant",
        message: `offVariant is missing; it is required for a flag of type ${known.type}`,
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
    const message = "a boolean flag cannot have variants of its own; it always has true and false";
    problems.push(
      problemAtKey(file, ["variants"], problem(message, "remove variants, or set type to string, number or object")),
    );
  }
  if (offVariant === true) {
    const message = "offVariant is true, but a boolean flag is always false when it is off";
    problems.push(
      problemAtValue(
        file,
        ["offVariant"],
        problem(message, "remove offVariant; if the flag has to be true when it is off, invert its meaning"),
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
        hint: type === "string" && found === "number" ? "put the value in quotes" : undefined,
      }),
    );
  }
  const word = switchWord(name);
  if (word === "on" || (word === "off" && name !== offVariant)) {
    const meaning = word === "on" ? "on, which only a boolean flag can be" : "off, but it is not the off variant";
    problems.push(
      problemAtKey(file, ["variants", name], {
        code: "word-variant",
        message: `variant "${name}" cannot have this name: an environment variable reads it as ${meaning}`,
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
    type === "boolean"
      ? "a boolean flag has the variants true and false"
      : suggestion(String(written), names ?? [], "variants");
  return [problemAtValue(file, path, { code: "unknown-variant", message, hint })];
}

function checkEnvironmentNames({ file, json }: Draft<FlagFile>, { environments }: Vocabulary): readonly Diagnostic[] {
  if (environments === undefined) return [];
  const unknown = (path: Path, name: string, at: typeof problemAtKey): readonly Diagnostic[] => {
    if (environments.has(name)) return [];
    const message = `environment "${name}" is not declared in flags/_config.yaml`;
    return [
      at(file, path, {
        code: "unknown-environment",
        message,
        hint: suggestion(name, environments, "declared environments"),
      }),
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
