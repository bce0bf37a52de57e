import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { variableOf } from "../../core/override/override-text.ts";
import { isKey, keyOfPath, MAX_KEY_LENGTH } from "../shape/key.ts";
import { problemAt, type Problem, START } from "../load/parsed-file.ts";

export const CONFIG_PATH = "flags/_config.yaml";
export const SEGMENTS = "flags/_segments/";
const SCHEMAS = "flags/_schema/";

/** Which file is what; files that mean nothing to us (README.md, .gitkeep) are in none of them. */
export interface SortedFiles {
  readonly config: SourceFile | undefined;
  readonly segments: readonly SourceFile[];
  readonly flags: readonly SourceFile[];
  readonly problems: readonly Diagnostic[];
}

/** Sorts files by their paths alone, and says what is wrong with those. */
export function sortFiles(files: readonly SourceFile[]): SortedFiles {
  const inOrder = byPath(files.filter(({ path }) => path === "flags" || path.startsWith("flags/")));
  const config = inOrder.find(({ path }) => path === CONFIG_PATH);
  const rest = inOrder.filter(({ path }) => path !== CONFIG_PATH && !path.startsWith(SCHEMAS));
  const problems: Diagnostic[] = config === undefined ? [missingConfig()] : [];
  const segments: SourceFile[] = [];
  const flags: SourceFile[] = [];
  for (const file of rest) {
    const problem = nameProblem(file);
    if (problem !== undefined) problems.push(problemAt({ path: file.path, text: "" }, START, problem));
    else if (file.kind !== "file" || file.path.endsWith(".yaml")) (isSegment(file) ? segments : flags).push(file);
  }
  const doubles = doubledKeys(flags);
  return {
    config,
    segments,
    flags: flags.filter(({ path }) => !doubles.has(path)),
    problems: [...problems, ...doubles.values()],
  };
}

/** Git and the work tree give them in this order nearly always: looking is faster than sorting. */
function byPath(files: readonly SourceFile[]): readonly SourceFile[] {
  const isSorted = files.every(({ path }, n) => n === 0 || (files[n - 1]?.path ?? "") < path);
  return isSorted ? files : files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function isSegment({ path }: SourceFile): boolean {
  return path.startsWith(SEGMENTS);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function nameProblem(file: SourceFile): Problem | undefined {
  const inside = file.path.slice("flags/".length).split("/");
  const name = baseName(file.path);
  const underscored = isSegment(file)
    ? inside.length > 2
      ? inside.at(-2)
      : undefined
    : inside.find((part) => part.startsWith("_"));
  if (underscored !== undefined) {
    const message = isSegment(file)
      ? `segment files must be directly in flags/_segments/, not in a subfolder`
      : `"${underscored}" is not a known name: only _config.yaml, _segments/ and _schema/ may begin with _`;
    return {
      code: "unknown-file",
      message,
      hint: isSegment(file) ? `move it to ${SEGMENTS}${name}` : "rename or move it",
    };
  }
  if (file.kind !== "file") return undefined;
  if (/\.(?:ya?ml|json)$/i.test(name) && !name.endsWith(".yaml")) {
    const key = name.replace(/\.[^.]*$/, "");
    return {
      code: "wrong-extension",
      message: `"${name}" is not read: the name of a flag file must end with .yaml`,
      hint: `rename it to ${key}.yaml`,
    };
  }
  if (!name.endsWith(".yaml")) return undefined;
  const key = keyOfPath(file.path);
  if (isKey(key)) return undefined;
  const message = `"${key}" is not a valid key; expected lower-case letters and digits, in words joined by _ or -, at most ${MAX_KEY_LENGTH} characters`;
  return { code: "bad-file-name", message, hint: "rename the file" };
}

/** By the path of each file that is one too many: the first keeps the key. */
function doubledKeys(flags: readonly SourceFile[]): ReadonlyMap<string, Diagnostic> {
  const byKey = new Map<string, string>();
  const byVariable = new Map<string, string>();
  const problems = new Map<string, Diagnostic>();
  const report = (path: string, problem: Problem) => problems.set(path, problemAt({ path, text: "" }, START, problem));
  for (const { path } of flags) {
    const key = keyOfPath(path);
    const variable = variableOf(key);
    const same = byKey.get(key);
    const alike = byVariable.get(variable);
    if (same !== undefined) {
      report(path, {
        code: "duplicate-flag",
        message: `flag "${key}" is already defined in ${same}`,
        hint: "keys are unique across all folders: rename or delete one of the files",
      });
    } else if (alike !== undefined) {
      report(path, {
        code: "same-variable",
        message: `flag "${key}" has the same environment variable as ${alike}: ${variable}`,
        hint: "rename one of the flags",
      });
    } else {
      byKey.set(key, path);
      byVariable.set(variable, path);
    }
  }
  return problems;
}

function missingConfig(): Diagnostic {
  const hint =
    "the smallest valid file: environments: { development: { workTree: true }, production: { protected: true } }";
  const message = "flags/_config.yaml does not exist; it declares environments, attributes and owners";
  return problemAt({ path: CONFIG_PATH, text: "" }, START, { code: "missing-config", message, hint });
}
