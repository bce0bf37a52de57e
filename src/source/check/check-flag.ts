import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { suggestion } from "../../core/diagnostic/unknown-name.ts";
import { momentOf } from "../../core/matcher/moment.ts";
import type { Draft } from "../load/draft.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import type { Vocabulary } from "../shape/vocabulary.ts";
import { checkVariants } from "./check-variants.ts";
import { checkRepeats, errorAtKey, errorAtValue, foundText, warningAtValue } from "./report.ts";

const RESERVED_METADATA: readonly string[] = ["owner", "kind", "expires", "tags"];

/**
 * Checks what a flag says about itself: its owner, dates, metadata, variants and environments.
 *
 * @param today  `YYYY-MM-DD`; without it, an expiry date that has passed is not reported
 */
export function* checkFlag(
  draft: Draft<FlagFile>,
  words: Vocabulary,
  today: string | undefined,
): Generator<Diagnostic> {
  yield* checkOwner(draft, words);
  yield* checkExpiry(draft, today);
  yield* checkMetadata(draft);
  yield* checkVariants(draft, words);
  yield* checkEnvironmentNames(draft, words);
}

function* checkOwner({ file, json: { owner } }: Draft<FlagFile>, { owners, names }: Vocabulary): Generator<Diagnostic> {
  if (owner === undefined || owners === undefined || owners.has(owner)) return;
  const message = `owner "${owner}" is not declared in flags/_config.yaml`;
  const hint = suggestion(owner, owners, "declared owners", names);
  yield errorAtValue({ file, path: ["owner"] }, "unknown-owner", message, hint);
}

function* checkExpiry(
  { file, json: { kind, expires }, unusable }: Draft<FlagFile>,
  today: string | undefined,
): Generator<Diagnostic> {
  const site = { file, path: ["expires"] };
  if (expires === undefined) {
    if (unusable.has("expires") || (kind !== "release" && kind !== "experiment")) return;
    const message = `expires is missing; it is required for a flag of kind ${kind}`;
    const hint = "add expires: YYYY-MM-DD, the date after which the flag should be gone";
    yield errorAtKey({ file, path: ["kind"] }, "missing-expiry", message, hint);
  } else if (momentOf(expires) === undefined) {
    const message = `expires is ${foundText(expires)}, which is not a valid date`;
    yield errorAtValue(site, "bad-date", message, "write YYYY-MM-DD, e.g. 2027-03-01");
  } else if (today !== undefined && today > expires) {
    const hint = "remove the flag, or set a later date and say why";
    yield warningAtValue(site, "expired", `the flag expired on ${expires}`, hint);
  }
}

function* checkMetadata({ file, json: { metadata = {}, tags } }: Draft<FlagFile>): Generator<Diagnostic> {
  for (const name of RESERVED_METADATA.filter((each) => Object.hasOwn(metadata, each))) {
    const message = `metadata contains "${name}", which is a field of the flag itself`;
    const hint = `move ${name} to the top level of the file`;
    yield errorAtKey({ file, path: ["metadata", name] }, "reserved-metadata", message, hint);
  }
  yield* checkRepeats({ file, path: ["tags"], who: "tags" }, tags);
}

function* checkEnvironmentNames(
  { file, json }: Draft<FlagFile>,
  { environments, names }: Vocabulary,
): Generator<Diagnostic> {
  if (environments === undefined) return;
  const error = (name: string, errorAt: typeof errorAtKey, path: readonly (string | number)[]): Diagnostic => {
    const message = `environment "${name}" is not declared in flags/_config.yaml`;
    const hint = suggestion(name, environments, "declared environments", names);
    return errorAt({ file, path }, "unknown-environment", message, hint);
  };
  for (const key of ["environments", "acknowledge"] as const) {
    for (const name of Object.keys(json[key] ?? {})) {
      if (environments.has(name) || (key === "acknowledge" && name === "reason")) continue;
      yield error(name, errorAtKey, [key, name]);
    }
  }
  for (const [index, { in: name }] of (json.tests ?? []).entries()) {
    if (name !== undefined && !environments.has(name)) yield error(name, errorAtValue, ["tests", index, "in"]);
  }
}
