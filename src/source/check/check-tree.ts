import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { variableOf } from "../../core/override/override-text.ts";
import { countText } from "../../core/text.ts";
import { LIMITS } from "../shape/limits.ts";
import { isKey, keyOfPath, MAX_KEY_LENGTH } from "../shape/key.ts";
import { CONFIG_PATH, isFlagPath, SCHEMAS_FOLDER, SEGMENTS_FOLDER } from "../shape/paths.ts";
import { notAFile } from "../load/not-a-file.ts";
import { asciiOf, asciiText, characterName } from "../load/look-alikes.ts";
import { problemAt, type Problem, START } from "../load/parsed-file.ts";

/** The files of a tree by kind. Excludes files that have no meaning here, such as README.md. */
export interface SortedFiles {
  readonly config: SourceFile | undefined;
  readonly segments: readonly SourceFile[];
  readonly flags: readonly SourceFile[];
  readonly problems: readonly Diagnostic[];
}

/** Sorts files into kinds by their paths alone, and reports what is wrong with the paths. */
export function sortFiles(files: readonly SourceFile[]): SortedFiles {
  const inOrder = byPath(files.filter(({ path }) => path === "flags" || path.startsWith("flags/")));
  const [first] = inOrder;
  // Nothing below a link is read, so nothing else is known about the tree.
  if (first?.path === "flags") return { config: undefined, segments: [], flags: [], problems: [oddProblem(first)] };
  const config = inOrder.find(({ path }) => path === CONFIG_PATH);
  const rest = inOrder.filter(
    ({ path, kind }) => path !== CONFIG_PATH && (kind !== "file" || !path.startsWith(SCHEMAS_FOLDER)),
  );
  const alike = alikeFolders(files);
  // If everything is in such a folder, nothing else has to be said.
  if (inOrder.length === 0 && alike.length > 0) return { config, segments: [], flags: [], problems: alike };
  const problems: Diagnostic[] = config === undefined ? [missingConfig()] : [];
  const segments: SourceFile[] = [];
  const flags: SourceFile[] = [];
  for (const file of rest) {
    const isNamed = isFlagPath(file.path) || isSegment(file);
    const problem = nameProblem(file);
    if (file.kind !== "file" && !isNamed) problems.push(oddProblem(file));
    else if (problem !== undefined) problems.push(pathProblem(file.path, problem));
    else if (file.path.endsWith(".yaml")) (isSegment(file) ? segments : flags).push(file);
    else if (file.kind !== "file") problems.push(oddProblem(file));
  }
  const [tooMany] = flags.slice(LIMITS.flags);
  if (tooMany !== undefined) {
    const found = pathProblem(tooMany.path, tooManyFlags(flags.length));
    return { config, segments, flags: [], problems: [...problems, found] };
  }
  const doubles = doubledKeys(flags);
  return {
    config,
    segments,
    flags: flags.filter(({ path }) => !doubles.has(path)),
    problems: [...alike, ...problems, ...doubles.values()],
  };
}

function tooManyFlags(found: number): Problem {
  const message = `the tree has ${countText(found)} flags; at most ${countText(LIMITS.flags)} are allowed`;
  return { code: "tree-too-large", message, hint: "delete the files of flags that no program asks for any more" };
}

/** Returns a problem for each folder whose name differs from `flags` only in letter case. */
function alikeFolders(files: readonly SourceFile[]): readonly Diagnostic[] {
  const tops = new Set(files.map(({ path }) => path.split("/", 1)[0] ?? ""));
  return [...tops].filter(isAlikeFolder).map((name) => {
    const message = `${name}/ is not read: flags are read from flags/, in lower case`;
    return pathProblem(name, { code: "folder-case", message, hint: "move its files to flags/" });
  });
}

/** Returns whether the name of a folder differs from `flags` only in letter case. */
export function isAlikeFolder(name: string): boolean {
  return name !== "flags" && name.toLowerCase() === "flags";
}

/** Returns the problem about a path that is neither a file nor a folder, or about a file in place of the folder. */
function oddProblem({ path, kind }: SourceFile): Diagnostic {
  const message = `${path} is a file; it must be a folder`;
  return pathProblem(path, kind === "file" ? { code: "unknown-file", message } : notAFile(kind));
}

/** Returns a problem about a path, regardless of the content of the file. */
function pathProblem(path: string, problem: Problem): Diagnostic {
  return problemAt({ path, text: "" }, START, problem);
}

/** Sorts by path. Git and the work tree nearly always list files in this order, and checking is faster than sorting. */
function byPath(files: readonly SourceFile[]): readonly SourceFile[] {
  const isSorted = files.every(({ path }, n) => n === 0 || (files[n - 1]?.path ?? "") < path);
  return isSorted ? files : files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function isSegment({ path }: SourceFile): boolean {
  return path.startsWith(SEGMENTS_FOLDER);
}

function nameProblem(file: SourceFile): Problem | undefined {
  const parts = file.path.split("/").slice(1);
  const name = parts.at(-1) ?? "";
  if (isSegment(file) && parts.length > 2) {
    const message = "segment files must be directly in flags/_segments/, not in a subfolder";
    return { code: "unknown-file", message, hint: `move it to ${SEGMENTS_FOLDER}${name}` };
  }
  const underscored = isSegment(file) ? undefined : parts.find((part) => part.startsWith("_"));
  if (underscored !== undefined) {
    const message = `"${underscored}" is not a known name: only _config.yaml, _segments/ and _schema/ may begin with _`;
    return { code: "unknown-file", message, hint: "rename or move it" };
  }
  if (file.kind !== "file") return undefined;
  if (/\.(?:ya?ml|json)$/i.test(name) && !name.endsWith(".yaml")) {
    const message = `"${name}" is not read: the name of a flag file must end with .yaml`;
    return { code: "wrong-extension", message, hint: `rename it to ${name.replace(/\.[^.]*$/, "")}.yaml` };
  }
  const key = keyOfPath(file.path);
  if (!name.endsWith(".yaml") || isKey(key)) return undefined;
  const message = `"${key}" is not a valid key; expected lower-case letters and digits, in words joined by _ or -, at most ${MAX_KEY_LENGTH} characters`;
  const odd = Array.from(key).find((character) => asciiOf(character) !== undefined);
  const hint =
    odd === undefined ? "rename the file" : `${characterName(odd)} is part of it: rename it to ${asciiText(key)}`;
  return { code: "bad-file-name", message, hint };
}

/** Returns a problem for each file that defines a key or an environment variable again. The first file keeps it. */
function doubledKeys(flags: readonly SourceFile[]): ReadonlyMap<string, Diagnostic> {
  const byKey = new Map<string, string>();
  const byVariable = new Map<string, string>();
  const problems = new Map<string, Diagnostic>();
  for (const { path } of flags) {
    const key = keyOfPath(path);
    const variable = variableOf(key);
    const same = byKey.get(key);
    const alike = byVariable.get(variable);
    if (same !== undefined) {
      const message = `flag "${key}" is already defined in ${same}`;
      const hint = "keys are unique across all folders: rename or delete one of the files";
      problems.set(path, pathProblem(path, { code: "duplicate-flag", message, hint }));
    } else if (alike !== undefined) {
      const message = `flag "${key}" has the same environment variable as ${alike}: ${variable}`;
      problems.set(path, pathProblem(path, { code: "same-variable", message, hint: "rename one of the flags" }));
    } else {
      byKey.set(key, path);
      byVariable.set(variable, path);
    }
  }
  return problems;
}

function missingConfig(): Diagnostic {
  const example = "environments: { development: { workTree: true }, production: { protected: true } }";
  const message = "flags/_config.yaml does not exist; it declares environments, attributes and owners";
  return pathProblem(CONFIG_PATH, { code: "missing-config", message, hint: `the smallest valid file: ${example}` });
}
