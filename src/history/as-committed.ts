import { createHash } from "node:crypto";
import { FlagError } from "../core/errors.ts";
import type { SourceFile } from "../core/flag/source-file.ts";
import { type Git, textFrom } from "./git.ts";
import { kindOf } from "./read-files.ts";

/** One reason why a commit would not hold a file as it is in the work tree. */
export type Obstacle =
  /** `rule` is the pattern and its place, e.g. `*.local.yaml in .gitignore:3`. */
  | { readonly kind: "ignored"; readonly path: string; readonly rule: string }
  /** The folder has its own repository: a commit holds at most the id of one of its commits. */
  | { readonly kind: "submodule"; readonly path: string }
  /** Git converts the file when it is added. `attribute` says why, e.g. `filter=lfs`. */
  | { readonly kind: "converted"; readonly path: string; readonly attribute: string }
  /** Git was told to overlook changes to the file, and the file has changes. */
  | { readonly kind: "overlooked"; readonly path: string }
  /** The file is in the index but not checked out, as in a sparse checkout. */
  | { readonly kind: "not checked out"; readonly path: string };

/** How a commit would hold the files of the work tree. */
export interface AsCommitted {
  /** In path order. */
  readonly obstacles: readonly Obstacle[];
  /** New files that are not added to git yet, in path order. */
  readonly untracked: readonly string[];
}

/** The attributes with which git stores something other than the bytes of the file. Line endings do not matter in YAML. */
const CONVERTING = ["filter", "ident", "working-tree-encoding"];

/**
 * Finds the files that a commit would leave out or hold with different content. Files that are only new are not obstacles.
 *
 * @param files  the files of the work tree below the folder that matter, with their contents
 * @throws FlagError GIT_FAILED
 */
export async function asCommitted(git: Git, folder: string, files: readonly SourceFile[]): Promise<AsCommitted> {
  const known = new Map(files.map((file) => [file.path, file]));
  const list = async (...args: readonly string[]) => {
    return records(await git.run("ls-files", "-z", ...args, "--", folder)).filter((path) => known.has(path));
  };
  const [entries, others, hidden] = await Promise.all([
    git.run("ls-files", "-z", "--stage", "-v", "--", folder).then((text) => records(text).map(indexEntry)),
    git.run("ls-files", "-z", "--others", "--exclude-standard", "--", folder).then(records),
    list("--others", "--ignored", "--exclude-standard"),
  ]);
  const isOwnRepository =
    others.includes(`${folder}/`) || entries.some(({ path, mode }) => path === folder && kindOf(mode) === "submodule");
  if (isOwnRepository) return { obstacles: [{ kind: "submodule", path: folder }], untracked: [] };
  const obstacles = [
    ...(await ignoredBy(git, hidden)),
    ...entries.flatMap((entry) => overlooked(entry, known.get(entry.path))),
    ...(await converted(git, files)),
  ];
  return { obstacles: obstacles.sort(byPath), untracked: others.filter((path) => known.has(path)).sort() };
}

interface IndexEntry {
  /** `H` for most files; `S` for skip-worktree, and a small letter for assume-unchanged. */
  readonly state: string;
  readonly mode: string;
  readonly id: string;
  readonly path: string;
}

/** Parses `H 100644 <id> <stage>\t<path>`. */
function indexEntry(record: string): IndexEntry {
  const [, state = "", mode = "", id = "", path = ""] = /^(\S) (\d+) ([0-9a-f]+) \d\t(.*)$/s.exec(record) ?? [];
  if (path === "") throw new FlagError("GIT_FAILED", `unexpected output of git ls-files: "${record}"`);
  return { state, mode, id, path };
}

function overlooked({ state, id, path }: IndexEntry, file: SourceFile | undefined): readonly Obstacle[] {
  if (state !== "S" && state === state.toUpperCase()) return [];
  if (file === undefined) return state === "S" ? [{ kind: "not checked out", path }] : [];
  return file.kind === "file" && !isBlob(id, file.bytes) ? [{ kind: "overlooked", path }] : [];
}

/** Asks git which rule ignores each file. */
async function ignoredBy(git: Git, paths: readonly string[]): Promise<readonly Obstacle[]> {
  if (paths.length === 0) return [];
  // This command refuses to run with literal pathspecs, and never reads paths as patterns.
  const args = ["--no-literal-pathspecs", "check-ignore", "-z", "--verbose", "--stdin"];
  const fields = (await outputOf(git, args, joined(paths))).split("\0");
  return Array.from({ length: Math.floor(fields.length / 4) }, (_, n) => {
    const [source = "", line = "", pattern = "", path = ""] = fields.slice(n * 4, n * 4 + 4);
    return { kind: "ignored", path, rule: `${pattern} in ${source}:${line}` };
  });
}

/** Compares files that have a converting attribute with what git would store for them. */
async function converted(git: Git, files: readonly SourceFile[]): Promise<readonly Obstacle[]> {
  // Git reads the paths for hash-object line by line.
  const regular = files.filter((file) => file.kind === "file" && !file.path.includes("\n"));
  if (regular.length === 0) return [];
  const attributes = await convertingAttributes(
    git,
    regular.map(({ path }) => path),
  );
  const suspects = regular.filter(({ path }) => attributes.has(path));
  if (suspects.length === 0) return [];
  const paths = suspects.map(({ path }) => `${path}\n`).join("");
  // This runs the programs of filters. A commit can only name filters: their programs are in the configuration of the clone
  // or of the user, who installed them (for example Git LFS), and `git add` runs them as well.
  // Without an answer, the program of a filter has failed, and git would refuse to add the files.
  const stored = await outputOf(git, ["hash-object", "--stdin-paths"], paths).catch(() => "");
  const ids = stored.split("\n");
  return suspects.flatMap(({ path, bytes }, n): readonly Obstacle[] => {
    if (isBlob(ids[n] ?? "", bytes)) return [];
    return [{ kind: "converted", path, attribute: attributes.get(path) ?? "" }];
  });
}

async function convertingAttributes(git: Git, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const output = await outputOf(git, ["check-attr", "-z", "--stdin", ...CONVERTING], joined(paths));
  const fields = output.split("\0");
  const found = new Map<string, string>();
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = "", name = "", value = ""] = fields.slice(at, at + 3);
    if (value === "unspecified" || value === "unset") continue;
    const attribute = value === "set" ? name : `${name}=${value}`;
    found.set(path, [found.get(path), attribute].filter((part) => part !== undefined).join(", "));
  }
  return found;
}

/** Returns whether git would store these bytes, or the same text with other line endings, under this id. */
function isBlob(id: string, bytes: Uint8Array): boolean {
  const algorithm = id.length === 64 ? "sha256" : "sha1";
  const text = Buffer.from(bytes);
  const plain = Buffer.from(text.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
  const idOf = (content: Buffer) =>
    createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest("hex");
  return idOf(text) === id || idOf(plain) === id;
}

function outputOf(git: Git, args: readonly string[], input: string): Promise<string> {
  return textFrom(git.stream(args, input));
}

function records(text: string): readonly string[] {
  return text.split("\0").filter((record) => record !== "");
}

function joined(paths: readonly string[]): string {
  return paths.map((path) => `${path}\0`).join("");
}

function byPath(a: Obstacle, b: Obstacle): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}
