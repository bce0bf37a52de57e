import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FlagError } from "../../core/errors.ts";
import { configText, EDITOR_SCHEMAS, EXAMPLE_KEY, exampleText, SEGMENT_TEXT } from "../../source/edit/first-files.ts";
import { withSetting } from "../../source/edit/jsonc.ts";
import { KEY_PATTERN } from "../../source/shape/key.ts";
import { loadFlags, type LoadedFlags } from "../../source/load/load.ts";
import { readWorkTree } from "../../source/load/work-tree.ts";

export interface FirstSteps {
  /** Where `flags/` goes. */
  readonly folder: string;
  readonly environments: readonly string[];
  readonly owner: string;
}

/** What became of one file. */
export interface Step {
  readonly path: string;
  readonly outcome: "written" | "extended" | "kept";
  readonly note: string;
}

export interface FirstStepsDone {
  readonly steps: readonly Step[];
  readonly loaded: LoadedFlags;
}

/** Writes what is not there yet, and overwrites nothing: run again, it keeps everything. @throws FlagError */
export async function takeFirstSteps(options: FirstSteps): Promise<FirstStepsDone> {
  const { folder } = options;
  checkEnvironments(options.environments);
  const before = await flagsBefore(folder);
  const hasFlags = before.fileCount > 0;
  const steps: Step[] = [];
  const write = (path: string, text: string, note: string) => steps.push(writeNew(folder, path, text, note));
  write("flags/_config.yaml", configText(options), "environments, attributes, owners, policies");
  if (!hasFlags && before.config === null) {
    write("flags/_segments/staff.yaml", SEGMENT_TEXT, "people whom rules can name");
    write(`flags/${EXAMPLE_KEY}.yaml`, exampleText(options), "a flag to read, change and delete");
  }
  const loaded = loadFlags(await readWorkTree(folder));
  const { writeSchemas } = await import("../generate/schema-files.ts");
  const written = await writeSchemas(folder, loaded);
  const outcome = written.length === 0 ? "kept" : "written";
  steps.push({ path: "flags/_schema/", outcome, note: "what the editor completes and checks with" });
  steps.push(editorSettings(folder), ignoreLine(folder));
  return { steps, loaded };
}

function checkEnvironments(environments: readonly string[]): void {
  const odd = environments.find((name) => !KEY_PATTERN.test(name) || name === "reason" || name in {});
  const twice = environments.find((name, index) => environments.indexOf(name) !== index);
  if (odd === undefined && twice === undefined && environments.length > 0) return;
  const message =
    odd === undefined ? `--env names ${twice ?? "no environment"} twice` : `"${odd}" cannot name an environment`;
  throw new FlagError("USAGE", message, {
    hint: "lower case letters and digits, in words joined by _ or -, e.g. --env development,staging,production",
  });
}

/** A folder of that name that holds something else is not ours to fill. */
async function flagsBefore(folder: string): Promise<LoadedFlags> {
  const stat = statSync(join(folder, "flags"), { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isDirectory()) {
    throw new FlagError("USAGE", `${folder}/flags is there, and no folder`, {
      hint: "hoist init --cwd FOLDER puts flags/ somewhere else",
    });
  }
  const loaded = loadFlags(await readWorkTree(folder));
  const error = loaded.diagnostics.find(({ code, severity }) => severity === "error" && code !== "missing-config");
  if (loaded.config !== null || error === undefined || existsSync(join(folder, "flags/_config.yaml"))) return loaded;
  throw new FlagError("USAGE", `flags/ holds files that are no feature flags: ${error.file}: ${error.message}`, {
    hint: "hoist init --cwd FOLDER puts flags/ somewhere else; nothing was written",
  });
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
    return { path, outcome: "kept", note: `it cannot be read as JSON with comments; add by hand: ${lines}` };
  }
  if (next === text) return { path, outcome: "kept", note };
  writeFileSync(file, next);
  return { path, outcome: "extended", note };
}

function ignoreLine(folder: string): Step {
  const path = ".gitignore";
  const note = "databases of your own machine are not committed";
  const file = join(folder, path);
  if (!existsSync(file)) return writeNew(folder, path, ".flaghoist/\n", note);
  const text = readFileSync(file, "utf8");
  if (/^\/?\.flaghoist\/?\s*$/m.test(text)) return { path, outcome: "kept", note };
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const start = text === "" || text.endsWith("\n") ? text : text + newline;
  writeFileSync(file, `${start}.flaghoist/${newline}`);
  return { path, outcome: "extended", note };
}
