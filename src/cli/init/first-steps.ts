import { join } from "node:path";
import { FlagError } from "../../core/errors.ts";
import { entryAt, entryText } from "../../files/entry.ts";
import { checkWritable } from "../../files/safe-path.ts";
import { writeFileSafely } from "../../files/write-file.ts";
import { configText, EDITOR_SCHEMAS, EXAMPLE_KEY, exampleText, SEGMENT_TEXT } from "../../source/edit/first-files.ts";
import { withSetting } from "../../source/edit/jsonc.ts";
import { KEY_PATTERN } from "../../source/shape/key.ts";
import { loadFlags, type LoadedFlags } from "../../source/load/load.ts";
import { readWorkTree } from "../../source/read/work-tree.ts";
import { isInherited } from "../../core/own.ts";
import { textOf } from "../generate/text-files.ts";

/** What the files that `hoist init` writes depend on. */
export interface FirstSteps {
  /** The folder that will hold `flags/`. */
  readonly folder: string;
  readonly environments: readonly string[];
  readonly owner: string;
}

/** The result of writing one file. */
export interface Step {
  readonly path: string;
  readonly outcome: "written" | "extended" | "kept";
  readonly note: string;
}

const EDITOR_SETTINGS = ".vscode/settings.json";
const IGNORE_FILE = ".gitignore";

/** Writes the files that do not exist yet. Never overwrites a file. Writes nothing when a path is refused. @throws FlagError */
export async function takeFirstSteps(
  options: FirstSteps,
): Promise<{ readonly steps: readonly Step[]; readonly loaded: LoadedFlags }> {
  const { folder } = options;
  checkEnvironments(options.environments);
  const before = await flagsBefore(folder);
  const hasFlags = before.fileCount > 0;
  const steps: Step[] = [];
  const write = async (path: string, text: string, note: string) => {
    steps.push(await writeNew(folder, { path, text, note }));
  };
  const { schemaFiles, writeSchemas } = await import("../generate/generated-files.ts");
  const schemas = schemaFiles(before).map(({ path }) => path);
  for (const path of [EDITOR_SETTINGS, IGNORE_FILE, ...schemas]) await checkWritable(folder, path);
  await write("flags/_config.yaml", configText(options), "environments, attributes, owners, policies");
  if (!hasFlags && before.config === null) {
    await write("flags/_segments/staff.yaml", SEGMENT_TEXT, "an example segment");
    await write(`flags/${EXAMPLE_KEY}.yaml`, exampleText(options), "an example flag");
  }
  const loaded = loadFlags(await readWorkTree(folder));
  const written = await writeSchemas(folder, loaded);
  const outcome = written.length === 0 ? "kept" : "written";
  steps.push({ path: "flags/_schema/", outcome, note: "JSON Schemas: completion and checks in the editor" });
  steps.push(await editorSettings(folder), await ignoreLine(folder));
  return { steps, loaded };
}

function checkEnvironments(environments: readonly string[]): void {
  const odd = environments.find((name) => !KEY_PATTERN.test(name) || name === "reason" || isInherited(name));
  const twice = environments.find((name, index) => environments.indexOf(name) !== index);
  if (odd === undefined && twice === undefined && environments.length > 0) return;
  const message =
    odd === undefined ? `--env names ${twice ?? "no environment"} twice` : `"${odd}" is not a valid environment name`;
  throw new FlagError("USAGE", message, {
    hint: "a name consists of lower-case letters and digits, in words joined by _ or -, e.g. --env development,staging,production",
  });
}

/** Loads flags that exist already. @throws FlagError USAGE when `flags` is something else */
async function flagsBefore(folder: string): Promise<LoadedFlags> {
  const found = await entryAt(join(folder, "flags"));
  if (found !== undefined && !found.isDirectory()) {
    throw new FlagError("USAGE", `${folder}/flags is ${entryText(found)}, not a folder`, {
      hint: "to create flags/ in another folder: hoist init --cwd FOLDER",
    });
  }
  const loaded = loadFlags(await readWorkTree(folder));
  const error = loaded.diagnostics.find(({ code, severity }) => severity === "error" && code !== "missing-config");
  if (loaded.config !== null || error === undefined || (await entryAt(join(folder, "flags/_config.yaml"))))
    return loaded;
  throw new FlagError(
    "USAGE",
    `flags/ contains files that are not feature flags; nothing was written. ${error.file}: ${error.message}`,
    {
      hint: "to create flags/ in another folder: hoist init --cwd FOLDER",
    },
  );
}

/** A file to write, and what it is for. */
export interface NewFile {
  /** Relative to the folder that it is written to. */
  readonly path: string;
  readonly text: string;
  readonly note: string;
  /** The permissions of the file before the umask, if it is executable. */
  readonly mode?: number;
}

/** Writes a file, with its folders, unless it exists. @throws FlagError FILE_UNUSABLE */
export async function writeNew(root: string, { path, text, note, mode }: NewFile): Promise<Step> {
  if ((await checkWritable(root, path)) !== undefined) return { path, outcome: "kept", note };
  await writeFileSafely({ root, path, content: text, ...(mode === undefined ? {} : { mode }) });
  return { path, outcome: "written", note };
}

/**
 * Writes a file, or extends the one that exists.
 *
 * @param extended  returns the new text; undefined if the file cannot be extended
 * @param manually  the note in that case: what to add manually
 */
async function writeOrExtend(
  folder: string,
  file: NewFile,
  extended: (text: string) => string | undefined,
  manually = file.note,
): Promise<Step> {
  const step = await writeNew(folder, file);
  if (step.outcome === "written") return step;
  const text = (await textOf(join(folder, file.path))) ?? "";
  const next = extended(text);
  if (next === undefined) return { ...step, note: manually };
  if (next === text) return step;
  await writeFileSafely({ root: folder, path: file.path, content: next });
  return { ...step, outcome: "extended" };
}

function editorSettings(folder: string): Promise<Step> {
  const settings = { "yaml.schemas": EDITOR_SCHEMAS };
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  const file = { path: EDITOR_SETTINGS, text, note: "VS Code checks and completes flag files" };
  const extended = (before: string) => withSetting(before, "yaml.schemas", EDITOR_SCHEMAS);
  return writeOrExtend(
    folder,
    file,
    extended,
    `not valid JSON with comments; add manually: ${JSON.stringify(settings)}`,
  );
}

function ignoreLine(folder: string): Promise<Step> {
  const file = { path: IGNORE_FILE, text: ".flaghoist/\n", note: "ignores .flaghoist/, the local databases" };
  return writeOrExtend(folder, file, (text) => {
    if (/^\/?\.flaghoist\/?\s*$/m.test(text)) return text;
    const newline = text.includes("\r\n") ? "\r\n" : "\n";
    const start = text === "" || text.endsWith("\n") ? text : text + newline;
    return `${start}.flaghoist/${newline}`;
  });
}
