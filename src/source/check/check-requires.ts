import { MAX_REQUIREMENT_DEPTH } from "../../core/flag/requirement-depth.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { suggestion } from "../../core/diagnostic/unknown-name.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import { checkVariantName } from "./check-variants.ts";
import type { Draft } from "../load/draft.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import type { Vocabulary } from "../shape/vocabulary.ts";
import { errorAtKey } from "./report.ts";

/** Checks that the flags and variants that one flag requires exist. */
export function* checkRequires({ file, json }: Draft<FlagFile>, words: Vocabulary): Generator<Diagnostic> {
  const { flags, names } = words;
  for (const [key, written] of Object.entries(json.requires ?? {})) {
    const site = { file, path: ["requires", key], who: "requires" };
    const other = flags.get(key);
    if (other === undefined) {
      const message = `requires names flag "${key}", which does not exist`;
      yield errorAtKey(site, "unknown-flag", message, suggestion(key, flags.keys(), "flags", names));
    } else if (Array.isArray(written)) {
      for (const [index, name] of written.entries()) {
        yield* checkVariantName({ ...site, path: [...site.path, index] }, name, other, words, `flag "${key}"`);
      }
    } else yield* checkVariantName(site, written, other, words, `flag "${key}"`);
  }
}

/** Checks the requirements of all flags together for cycles and for chains that are too long. */
export function checkRequiresChains(drafts: readonly Draft<FlagFile>[]): readonly Diagnostic[] {
  const byKey = new Map(drafts.map((draft) => [draft.name, draft]));
  const depths = new Map<FlagKey, number>();
  const problems: Diagnostic[] = [];
  const depthOf = (key: FlagKey, above: readonly FlagKey[]): number => {
    const known = depths.get(key);
    if (known !== undefined) return known;
    const draft = byKey.get(key);
    if (draft === undefined) return 0;
    // A chain this long is reported already, and a chain of thousands would use up the stack.
    if (above.length > MAX_REQUIREMENT_DEPTH * 10) return 0;
    let depth = 0;
    for (const next of Object.keys(draft.json.requires ?? {})) {
      if (next === key || above.includes(next)) {
        const cycle = next === key ? [key, key] : [key, ...above.slice(above.indexOf(next)), key];
        const message = `flag "${key}" requires itself: ${cycle.join(" → ")}`;
        const site = { file: draft.file, path: ["requires", next] };
        problems.push(errorAtKey(site, "requires-cycle", message, "remove one of these requirements"));
      } else depth = Math.max(depth, 1 + depthOf(next, [...above, key]));
    }
    depths.set(key, depth);
    // Only the first flag beyond the limit is reported: those above it have the same cause.
    if (depth === MAX_REQUIREMENT_DEPTH + 1) {
      const message = `flag "${key}" starts a chain of ${depth} requirements; at most ${MAX_REQUIREMENT_DEPTH} are allowed`;
      const site = { file: draft.file, path: ["requires"] };
      problems.push(errorAtKey(site, "requires-depth", message, "require the flag at the end of the chain directly"));
    }
    return depth;
  };
  const requiring = drafts.flatMap(({ name, json }) => (json.requires === undefined ? [] : [name]));
  for (const key of requiring.sort()) depthOf(key, []);
  return problems;
}
