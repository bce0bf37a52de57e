import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FlagError } from "../../core/errors.ts";
import { configText, EDITOR_SCHEMAS, EXAMPLE_KEY, exampleText, SEGMENT_TEXT } from "../../source/edit/first-files.ts";
import { withSetting } from "../../source/edit/jsonc.ts";
import { KEY_PATTERN } from "../../source/shape/key.ts";
import { loadFlags, type LoadedFlags } from "../../source/load/load.ts";
import { readWorkTree } from "../../source/read/work-tree.ts";
import { isInherited } from "../../core/own.ts";

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

/** Writes the files that do not exist yet. Never overwrites a file. @throws FlagError */
export async function takeFirstSteps(
  options: FirstSteps,
): Promise<{ readonly steps: readonly Step[]; readonly loaded: LoadedFlags }> {
  const { folder } = options;
  checkEnvironments(options.environments);
  const before = await flagsBefore(folder);
  const hasFlags = before.fileCount > 0;
  const steps: Step[] = [];
  const write = (path: string, text: string, note: string) => steps.push(writeNew(folder, { path, text, note }));
  write("flags/_config.yaml", configText(options), "environments, attributes, owners, policies");
  if (!hasFlags && before.config === null) {
    write("flags/_segments/staff.yaml", SEGMENT_TEXT, "an example segment");
    write(`flags/${EXAMPLE_KEY}.yaml`, exampleText(options), "an example flag");
  }
  const loaded = loadFlags(await readWorkTree(folder));
  const { writeSchemas } = await import("../generate/generated-files.ts");
  const written = await writeSchemas(folder, loaded);
  const outcome = written.length === 0 ? "kept" : "written";
  steps.push({ path: "flags/_schema/", outcome, note: "JSON Schemas: completion and checks in the editor" });
  steps.push(editorSettings(folder), ignoreLine(folder));
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
  const stat = statSync(join(folder, "flags"), { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isDirectory()) {
    throw new FlagError("USAGE", `${folder}/flags exists but is not a folder`, {
      hint: "to create flags/ in another folder: hoist init --cwd FOLDER",
    });
  }
  const loaded = loadFlags(await readWorkTree(folder));
  const error = loaded.diagnostics.find(({ code, severity }) => severity === "error" && code !== "missing-config");
  if (loaded.config !== null || error === undefined || existsSync(join(folder, "flags/_config.yaml"))) return loaded;
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
}

/** Writes a file, with its folders, unless it exists. */
export function writeNew(folder: string, { path, text, note }: NewFile): Step {
  const file = resolve(folder, path);
  if (existsSync(file)) return { path, outcome: "kept", note };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { flag: "wx" });
  return { path, outcome: "written", note };
}

/**
 * Writes a file, or extends the one that exists.
 *
 * @param extended  returns the new text; undefined if the file cannot be extended
 * @param manually  the note in that case: what to add manually
 */
function writeOrExtend(
  folder: string,
  file: NewFile,
  extended: (text: string) => string | undefined,
  manually = file.note,
): Step {
  const step = writeNew(folder, file);
  if (step.outcome === "written") return step;
  const path = join(folder, file.path);
  const text = readFileSync(path, "utf8");
  const next = extended(text);
  if (next === undefined) return { ...step, note: manually };
  if (next === text) return step;
  writeFileSync(path, next);
  return { ...step, outcome: "extended" };
}

function editorSettings(folder: string): Step {
  const settings = { "yaml.schemas": EDITOR_SCHEMAS };
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  const file = { path: ".vscode/settings.json", text, note: "VS Code checks and completes flag files" };
  const extended = (before: string) => withSetting(before, "yaml.schemas", EDITOR_SCHEMAS);
  return writeOrExtend(
    folder,
    file,
    extended,
    `not valid JSON with comments; add manually: ${JSON.stringify(settings)}`,
  );
}

function ignoreLine(folder: string): Step {
  const file = { path: ".gitignore", text: ".flaghoist/\n", note: "ignores .flaghoist/, the local databases" };
  return writeOrExtend(folder, file, (text) => {
    if (/^\/?\.flaghoist\/?\s*$/m.test(text)) return text;
    const newline = text.includes("\r\n") ? "\r\n" : "\n";
    const start = text === "" || text.endsWith("\n") ? text : text + newline;
    return `${start}.flaghoist/${newline}`;
  });
}
