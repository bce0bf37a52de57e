import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FlagError } from "../../core/errors.ts";
import { configText, EDITOR_SCHEMAS, EXAMPLE_KEY, exampleText, SEGMENT_TEXT } from "../../source/edit/first-files.ts";
import { withSetting } from "../../source/edit/jsonc.ts";
import { KEY_PATTERN } from "../../source/shape/key.ts";
import { loadFlags, type LoadedFlags } from "../../source/load/load.ts";
import { readWorkTree } from "../../source/read/work-tree.ts";

export interface FirstSteps {
  /** The folder that will hold `flags/`. */
  readonly folder: string;
  readonly environments: readonly string[];
  readonly owner: string;
}

/** What was done with one file. */
export interface Step {
  readonly path: string;
  readonly outcome: "written" | "extended" | "kept";
  readonly note: string;
}

export interface FirstStepsDone {
  readonly steps: readonly Step[];
  readonly loaded: LoadedFlags;
}

/** Writes the files that do not exist yet and overwrites none. @throws FlagError */
export async function takeFirstSteps(options: FirstSteps): Promise<FirstStepsDone> {
  const { folder } = options;
  checkEnvironments(options.environments);
  const before = await flagsBefore(folder);
  const hasFlags = before.fileCount > 0;
  const steps: Step[] = [];
  const write = (path: string, text: string, note: string) => steps.push(writeNew(folder, path, text, note));
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
  const odd = environments.find((name) => !KEY_PATTERN.test(name) || name === "reason" || name in {});
  const twice = environments.find((name, index) => environments.indexOf(name) !== index);
  if (odd === undefined && twice === undefined && environments.length > 0) return;
  const message =
    odd === undefined ? `--env names ${twice ?? "no environment"} twice` : `"${odd}" is not a valid environment name`;
  throw new FlagError("USAGE", message, {
    hint: "names are lower-case letters and digits in words joined by _ or -, e.g. --env development,staging,production",
  });
}

/** Loads flags that exist already. @throws FlagError USAGE when `flags` is something else */
async function flagsBefore(folder: string): Promise<LoadedFlags> {
  const stat = statSync(join(folder, "flags"), { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isDirectory()) {
    throw new FlagError("USAGE", `${folder}/flags exists and is not a folder`, {
      hint: "to create flags/ somewhere else: hoist init --cwd FOLDER",
    });
  }
  const loaded = loadFlags(await readWorkTree(folder));
  const error = loaded.diagnostics.find(({ code, severity }) => severity === "error" && code !== "missing-config");
  if (loaded.config !== null || error === undefined || existsSync(join(folder, "flags/_config.yaml"))) return loaded;
  throw new FlagError(
    "USAGE",
    `flags/ holds files that are not feature flags; nothing was written. ${error.file}: ${error.message}`,
    {
      hint: "to create flags/ somewhere else: hoist init --cwd FOLDER",
    },
  );
}

function writeNew(folder: string, path: string, text: string, note: string): Step {
  const file = join(folder, path);
  if (existsSync(file)) return { path, outcome: "kept", note };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { flag: "wx" });
  return { path, outcome: "written", note };
}

function editorSettings(folder: string): Step {
  const path = ".vscode/settings.json";
  const note = "VS Code checks and completes flag files";
  const file = join(folder, path);
  if (!existsSync(file)) {
    return writeNew(folder, path, `${JSON.stringify({ "yaml.schemas": EDITOR_SCHEMAS }, null, 2)}\n`, note);
  }
  const text = readFileSync(file, "utf8");
  const next = withSetting(text, "yaml.schemas", EDITOR_SCHEMAS);
  if (next === undefined) {
    const lines = JSON.stringify({ "yaml.schemas": EDITOR_SCHEMAS });
    return { path, outcome: "kept", note: `not valid JSON with comments; add manually: ${lines}` };
  }
  if (next === text) return { path, outcome: "kept", note };
  writeFileSync(file, next);
  return { path, outcome: "extended", note };
}

function ignoreLine(folder: string): Step {
  const path = ".gitignore";
  const note = "ignores .flaghoist/, the local databases";
  const file = join(folder, path);
  if (!existsSync(file)) return writeNew(folder, path, ".flaghoist/\n", note);
  const text = readFileSync(file, "utf8");
  if (/^\/?\.flaghoist\/?\s*$/m.test(text)) return { path, outcome: "kept", note };
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const start = text === "" || text.endsWith("\n") ? text : text + newline;
  writeFileSync(file, `${start}.flaghoist/${newline}`);
  return { path, outcome: "extended", note };
}
