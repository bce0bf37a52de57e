import { FlagError } from "../../core/errors.ts";
import type { FlagKey, FlagType } from "../../core/flag/flag.ts";
import type { JsonValue } from "../../core/json.ts";
import { type FlagTree, newErrors, newFailures } from "../../source/edit/edit-flag.ts";
import { type EditResult, refusal, refusedBy } from "../../source/edit/edit-result.ts";
import { keyProblem } from "../../source/edit/key-problem.ts";
import { folderOf, newFlagText, schemaFor } from "../../source/edit/new-flag.ts";
import { unknownEnvironment } from "../../source/edit/set.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { loadFlags } from "../../source/load/load.ts";
import { completeAnswers, type FlagAnswers } from "./new-flag-prompts.ts";
import type { ExitCode } from "../exit-codes.ts";
import { finishEdit } from "./finish-edit.ts";
import { formerNotes } from "./former-keys.ts";
import type { Io } from "../terminal/io.ts";
import { makeEdit, refuseNote } from "./make-edit.ts";
import { readFlagTree } from "./read-flag-tree.ts";

interface NewOptions extends Partial<FlagAnswers> {
  readonly env?: readonly string[] | undefined;
  readonly folder?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly client: boolean;
  readonly type: FlagType;
  readonly variant?: Readonly<Record<string, string>> | undefined;
  /** As a pull request, and not in the work tree. */
  readonly pr: boolean;
  readonly note?: string | undefined;
  readonly dryRun: boolean;
  readonly format: "text" | "json";
}

/**
 * Writes a new flag's file, never over one that is there; or proposes it as a pull request, for which nobody is asked anything:
 * what is missing is an error that lists it.
 *
 * @throws FlagError
 */
export async function makeFlag(io: Io, folder: string, options: NewOptions): Promise<ExitCode> {
  const { pr, note, dryRun, format } = options;
  if (!pr) {
    refuseNote(note);
    const { key, result, notes, next } = await newFlag(io, folder, await readFlagTree(folder), options);
    return finishEdit(io, result, { folder, key, dryRun, format, notes, next });
  }
  const { key } = options;
  if (key === undefined) {
    throw new FlagError("USAGE", "a new flag needs a key, and with --pr nobody is asked", {
      hint: "hoist new new_checkout --pr …        hoist new --help tells the rest",
    });
  }
  const silent: Io = { ...io, ask: undefined };
  const edit = async (tree: FlagTree) => newFlag(silent, folder, tree, options);
  return makeEdit(io, { folder, key, pr, note, dryRun, format, whole: true, edit });
}

interface NewFlag {
  readonly key: FlagKey;
  readonly result: EditResult;
  readonly notes: readonly string[];
  readonly next: readonly string[];
}

async function newFlag(io: Io, folder: string, tree: FlagTree, options: NewOptions): Promise<NewFlag> {
  const { config } = tree.loaded;
  if (config === null)
    throw new FlagError("INVALID_FLAGS", "flags/_config.yaml has errors", { hint: "hoist validate" });
  if (options.key !== undefined) {
    const problem = keyProblem(tree, options.key);
    if (problem !== undefined) throw refusal(problem);
  }
  const environments = config.environments.map(({ name }) => name);
  const enabledIn = options.env ?? environments.slice(0, 1);
  for (const name of enabledIn) {
    const unknown = unknownEnvironment(name, environments);
    if (unknown !== undefined) throw refusal(unknown);
  }
  const variants = variantsOf(options);
  const { key, name, description, owner, kind, expires, ...unasked } = options;
  const answers = await completeAnswers(io, { key, name, description, owner, kind, expires }, config, (typed) => {
    const problem = keyProblem(tree, typed);
    return problem === undefined ? undefined : `${problem.message}: ${problem.hint}`;
  });

  const inside = unasked.folder === undefined ? folderOf(tree, answers.owner) : folderNamed(unasked.folder);
  const [offVariant = null, serve = offVariant] = Object.keys(variants);
  const text = newFlagText({
    ...answers,
    tags: unasked.tags ?? [],
    client: unasked.client,
    type: unasked.type,
    variants,
    offVariant,
    serve,
    enabledIn: environments.filter((each) => enabledIn.includes(each)),
    schema: schemaFor(tree, inside),
  });
  const path = `${inside}/${answers.key}.yaml`;
  const file: SourceFile = { path, kind: "file", bytes: new TextEncoder().encode(text) };
  const { loaded: before } = tree;
  const after = loadFlags([...tree.files, file]);
  const [error] = newErrors(before, after);
  const failures = newFailures(before, after, answers.key);
  const result: EditResult =
    error === undefined
      ? { ok: true, edits: [{ from: null, to: path, before: "", after: text }], before, after, voided: [], failures }
      : refusedBy(error, "nothing was written, the file would have an error");
  return {
    key: answers.key,
    result,
    notes: await formerNotes(folder, answers.key),
    next: [
      `hoist test ${answers.key}`,
      `hoist rollout ${answers.key} 10% --env ${enabledIn[0] ?? environments[0]}        or all, none, --roles, --whitelist`,
    ],
  };
}

/** Each value as its type reads it; what cannot be read stays text, and the check of the file says what is wrong with it. */
function variantsOf({ type, variant = {} }: NewOptions): Readonly<Record<string, JsonValue>> {
  const entries = Object.entries(variant);
  if (type === "boolean" && entries.length > 0) {
    throw new FlagError("USAGE", "a boolean flag has true and false, and no variants of its own", {
      hint: "--type string, number or object goes with --variant",
    });
  }
  if (type !== "boolean" && entries.length < 2) {
    throw new FlagError("USAGE", `a ${type} flag needs two variants at least`, {
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

function folderNamed(typed: string): string {
  const parts = typed
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  const inside = parts[0] === "flags" ? parts : ["flags", ...parts];
  const odd = inside.find((part) => part === ".." || part.startsWith("_") || part.startsWith("."));
  if (odd === undefined) return inside.join("/");
  throw new FlagError("USAGE", `--folder ${typed}: flags stand below flags/, not in "${odd}"`, {
    hint: "e.g. --folder checkout",
  });
}
