import { FlagError } from "../../core/errors.ts";
import type { FlagType } from "../../core/flag/flag.ts";
import type { JsonValue } from "../../core/json.ts";
import { articleOf } from "../../core/text.ts";
import { checkDeclared } from "../../source/edit/edit-flag.ts";
import { checkEdits, environmentsOf, type FlagTree } from "../../source/edit/flag-tree.ts";
import { keyProblem } from "../../source/edit/key-problem.ts";
import { folderOf, newFlagText, schemaFor } from "../../source/edit/new-flag.ts";
import type { Io } from "../terminal/io.ts";
import { formerKeyNotes } from "./former-keys.ts";
import { completeAnswers, type FlagAnswers } from "./new-flag-prompts.ts";
import type { DraftEdit } from "./outcome.ts";

/** The options of `hoist new` that describe the flag. */
export interface NewFlagOptions extends Partial<FlagAnswers> {
  readonly env?: readonly string[] | undefined;
  readonly folder?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly client: boolean;
  readonly type: FlagType;
  readonly variant?: Readonly<Record<string, string>> | undefined;
}

/**
 * Creates the file of a new flag. Asks on a terminal for values that no option gives.
 *
 * @param folder  the one that holds `flags/`
 * @throws FlagError for options that contradict the tree, or are missing without a terminal
 */
export async function newFlag(io: Io, folder: string, tree: FlagTree, options: NewFlagOptions): Promise<DraftEdit> {
  const { config } = tree.loaded;
  if (config === null) {
    throw new FlagError("INVALID_FLAGS", "flags/_config.yaml has errors", { hint: "hoist validate" });
  }
  const environments = environmentsOf(tree.loaded);
  const enabledIn = options.env ?? environments.slice(0, 1);
  const problem = options.key === undefined ? undefined : keyProblem(tree, options.key);
  if (problem !== undefined) throw problem;
  for (const name of enabledIn) checkDeclared(name, environments);
  const variants = variantsOf(options);
  const { key, name, description, owner, kind, expires, tags = [], client, type } = options;
  const answers = await completeAnswers(io, { key, name, description, owner, kind, expires }, config, (typed) => {
    const invalid = keyProblem(tree, typed);
    return invalid === undefined ? undefined : `${invalid.message}: ${invalid.hint}`;
  });

  const inside = options.folder === undefined ? folderOf(tree, answers.owner) : flagFolder(options.folder);
  const [offVariant = null, serve = offVariant] = Object.keys(variants);
  const text = newFlagText({
    ...answers,
    tags,
    client,
    type,
    variants,
    offVariant,
    serve,
    enabledIn: environments.filter((each) => enabledIn.includes(each)),
    schema: schemaFor(tree, inside),
  });
  const edit = { from: null, to: `${inside}/${answers.key}.yaml`, before: "", after: text };
  return {
    result: checkEdits(tree, { key: answers.key, edits: [edit] }),
    notes: await formerKeyNotes(folder, answers.key),
    next: [
      `hoist test ${answers.key}`,
      `hoist rollout ${answers.key} 10% --env ${enabledIn[0] ?? environments[0]}        or all, none, --roles, --whitelist`,
    ],
  };
}

/** Parses variant values as JSON. A value that is not JSON stays text, and the check of the file reports it. */
function variantsOf({ type, variant = {} }: NewFlagOptions): Readonly<Record<string, JsonValue>> {
  const entries = Object.entries(variant);
  if (type === "boolean" && entries.length > 0) {
    throw new FlagError("USAGE", "a boolean flag always has the variants true and false", {
      hint: "use --variant with --type string, number or object",
    });
  }
  if (type !== "boolean" && entries.length < 2) {
    throw new FlagError("USAGE", `${articleOf(type)} ${type} flag needs at least two variants`, {
      hint: `--type ${type} --variant control=… --variant treatment=…        the first is served while the flag is off`,
    });
  }
  return Object.fromEntries(entries.map(([name, text]) => [name, type === "string" ? text : jsonOr(text)]));
}

function jsonOr(text: string): JsonValue {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse returns is JSON
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function flagFolder(typed: string): string {
  const parts = typed
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  const inside = parts[0] === "flags" ? parts : ["flags", ...parts];
  const invalid = inside.find((part) => part === ".." || part.startsWith("_") || part.startsWith("."));
  if (invalid === undefined) return inside.join("/");
  throw new FlagError("USAGE", `--folder ${typed}: "${invalid}" cannot be part of a folder for flags`, {
    hint: "name a folder below flags/, for example --folder checkout",
  });
}
