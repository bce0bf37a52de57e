import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { BareGit } from "./git.ts";

/**
 * Writes an object in git's own format without starting git, because tests write many objects.
 *
 * @returns the object's id
 */
export function writeObject(folder: string, type: "blob" | "tree" | "commit", content: Buffer): string {
  const bytes = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const sha = createHash("sha1").update(bytes).digest("hex");
  const place = join(folder, "objects", sha.slice(0, 2));
  const file = join(place, sha.slice(2));
  if (existsSync(file)) return sha;
  mkdirSync(place, { recursive: true });
  // Whole or not at all: git may look at any time.
  writeFileSync(`${file}.new`, deflateSync(bytes));
  renameSync(`${file}.new`, file);
  return sha;
}

/** One entry of a tree. */
export interface TreeItem {
  /** The mode as git stores it, e.g. `100644` or `40000`. */
  readonly mode: string;
  readonly sha: string;
}

const FOLDER = "40000";

/** By name. */
export async function readItems(git: BareGit, tree: string): Promise<Map<string, TreeItem>> {
  const items = new Map<string, TreeItem>();
  const bytes = (await git.contents(tree)) ?? Buffer.alloc(0);
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(32, at);
    const end = bytes.indexOf(0, blank);
    const mode = bytes.toString("latin1", at, blank);
    items.set(bytes.toString("utf8", blank + 1, end), { mode, sha: bytes.toString("hex", end + 1, end + 21) });
    at = end + 21;
  }
  return items;
}

/**
 * Writes a tree that differs from another one in some paths.
 *
 * @param base   null: an empty one
 * @param edits  path → the new entry; null to remove it
 * @throws Error if a path to remove does not exist
 */
export async function editTree(
  git: BareGit,
  base: string | null,
  edits: ReadonlyMap<string, TreeItem | null>,
): Promise<string> {
  const items = base === null ? new Map<string, TreeItem>() : await readItems(git, base);
  const below = new Map<string, Map<string, TreeItem | null>>();
  for (const [path, item] of edits) {
    const slash = path.indexOf("/");
    if (slash === -1 && item === null && !items.has(path)) throw new Error(`${path} is not there`);
    if (slash === -1 && item === null) items.delete(path);
    else if (slash === -1 && item) items.set(path, { ...item, mode: item.mode.replace(/^0/, "") });
    else {
      const name = path.slice(0, slash);
      below.set(name, (below.get(name) ?? new Map<string, TreeItem | null>()).set(path.slice(slash + 1), item));
    }
  }
  for (const [name, of] of below) {
    const old = items.get(name);
    const sha = await editTree(git, old?.mode === FOLDER ? old.sha : null, of);
    // A folder without anything in it does not exist.
    if (sha === EMPTY_TREE) items.delete(name);
    else items.set(name, { mode: FOLDER, sha });
  }
  return writeItems(git, items);
}

/** The id of git's empty tree. */
export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

function writeItems(git: BareGit, items: ReadonlyMap<string, TreeItem>): string {
  // Git's order is that of bytes, a folder's name as if it ended in a slash.
  const key = ([name, { mode }]: readonly [string, TreeItem]): Buffer =>
    Buffer.from(mode === FOLDER ? `${name}/` : name);
  const sorted = [...items].sort((a, b) => Buffer.compare(key(a), key(b)));
  const records = sorted.map(([name, { mode, sha }]) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, "hex")]),
  );
  return writeObject(git.folder, "tree", Buffer.concat(records));
}
