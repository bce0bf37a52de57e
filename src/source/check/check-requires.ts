import { MAX_REQUIREMENT_DEPTH } from "../../core/flag/requirement-depth.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import { checkVariantName } from "./check-flag.ts";
import type { Draft } from "../load/draft.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { problemAtKey } from "../load/parsed-file.ts";
import type { Vocabulary } from "../shape/vocabulary.ts";
import { suggestion } from "../../core/diagnostic/unknown-name.ts";

/** What is wrong with one flag's requirements, taken alone. */
export function checkRequires(draft: Draft<FlagFile>, { flags }: Vocabulary): readonly Diagnostic[] {
  return Object.entries(draft.json.requires ?? {}).flatMap(([key, written]) => {
    const path = ["requires", key];
    const other = flags.get(key);
    if (other === undefined) {
      const message = `requires names flag "${key}", which does not exist`;
      return [
        problemAtKey(draft.file, path, { code: "unknown-flag", message, hint: suggestion(key, flags.keys(), "flags") }),
      ];
    }
    if (!Array.isArray(written)) return checkVariantName(draft, path, written, other, "requires", `flag "${key}"`);
    return written.flatMap((name, index) =>
      checkVariantName(draft, [...path, index], name, other, "requires", `flag "${key}"`),
    );
  });
}

/** What is wrong with the requirements of all flags together: circles, and chains that are too long. */
export function checkRequiresChains(drafts: readonly Draft<FlagFile>[]): readonly Diagnostic[] {
  const byKey = new Map(drafts.map((draft) => [draft.name, draft]));
  const depths = new Map<FlagKey, number>();
  const problems: Diagnostic[] = [];
  const depthOf = (key: FlagKey, above: readonly FlagKey[]): number => {
    const known = depths.get(key);
    if (known !== undefined) return known;
    const draft = byKey.get(key);
    if (draft === undefined) return 0;
    // Far above the limit nothing new is learned, and a chain of thousands would use up the stack.
    if (above.length > MAX_REQUIREMENT_DEPTH * 10) return 0;
    let depth = 0;
    for (const next of Object.keys(draft.json.requires ?? {})) {
      if (next === key || above.includes(next)) {
        const cycle = next === key ? [key, key] : [key, ...above.slice(above.indexOf(next)), key];
        const message = `flag "${key}" requires itself: ${cycle.join(" → ")}`;
        problems.push(
          problemAtKey(draft.file, ["requires", next], {
            code: "requires-cycle",
            message,
            hint: "remove one of these requirements",
          }),
        );
      } else depth = Math.max(depth, 1 + depthOf(next, [...above, key]));
    }
    depths.set(key, depth);
    // Only the first that goes too far: those above it have the same cause.
    if (depth === MAX_REQUIREMENT_DEPTH + 1) {
      const message = `flag "${key}" starts a chain of ${depth} requirements; at most ${MAX_REQUIREMENT_DEPTH} are allowed`;
      problems.push(
        problemAtKey(draft.file, ["requires"], {
          code: "requires-depth",
          message,
          hint: "require the flag at the end of the chain directly",
        }),
      );
    }
    return depth;
  };
  const requiring = drafts.flatMap(({ name, json }) => (json.requires === undefined ? [] : [name]));
  for (const key of requiring.sort()) depthOf(key, []);
  return problems;
}
