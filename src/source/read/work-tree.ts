import type { Dirent, Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { FlagError } from "../../core/errors.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { failureReason, fileError } from "../../files/failure.ts";
import { readRegularFile } from "../../files/read-file.ts";
import { isAlikeFolder } from "../check/check-tree.ts";
import { MAX_FILE_BYTES } from "../load/source-text.ts";

const EMPTY = new Uint8Array();
/** The maximum number of files that are open at once: enough to keep a disk busy, and below the limit of every system. */
const MAX_OPEN = 32;

/**
 * Reads the files of the work tree under `flags/`, in path order; an empty list if there is no such folder. Lists links but
 * does not follow them. For files that are not YAML, only the path is returned.
 *
 * @param folder  contains `flags/`
 * @throws FlagError INVALID_FLAGS when something cannot be read
 */
export async function readWorkTree(folder: string): Promise<readonly SourceFile[]> {
  const found: SourceFile[] = [];
  const top = await tried("flags", lstat(join(folder, "flags")).catch(missing));
  if (top !== undefined) await visit(folder, "flags", top, found);
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const files: SourceFile[] = [];
  for (let at = 0; at < found.length; at += MAX_OPEN) {
    files.push(...(await Promise.all(found.slice(at, at + MAX_OPEN).map((file) => withBytes(folder, file)))));
  }
  return files;
}

/** Lists the folders beside `flags/` whose name differs from it only in letter case, without their files. */
export async function alikeFolders(folder: string): Promise<readonly SourceFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && isAlikeFolder(entry.name)).map(({ name }) => asFile(name));
}

/** Returns a path as a file without content, for checks that look only at paths. */
export function asFile(path: string): SourceFile {
  return { path, kind: "file", bytes: EMPTY };
}

async function visit(folder: string, path: string, entry: Stats | Dirent, found: SourceFile[]): Promise<void> {
  if (entry.isSymbolicLink()) found.push({ path, kind: "symlink", bytes: EMPTY });
  else if (entry.isFile()) found.push({ path, kind: "file", bytes: EMPTY });
  else if (!entry.isDirectory()) found.push({ path, kind: "special", bytes: EMPTY });
  if (!entry.isDirectory()) return;
  const inside = await tried(path, readdir(join(folder, path), { withFileTypes: true }));
  if (path !== "flags" && inside.some(({ name }) => name === ".git")) {
    found.push({ path, kind: "submodule", bytes: EMPTY });
    return;
  }
  for (const each of inside) await visit(folder, `${path}/${each.name}`, each, found);
}

async function withBytes(folder: string, file: SourceFile): Promise<SourceFile> {
  if (file.kind !== "file" || !file.path.endsWith(".yaml")) return file;
  return { ...file, bytes: await tried(file.path, readStart(join(folder, file.path))) };
}

/** Reads one byte more than is allowed, so that a huge file is reported as too large without being read completely. */
async function readStart(path: string): Promise<Uint8Array> {
  const found = await readRegularFile(path, { maxBytes: MAX_FILE_BYTES + 1, isCut: true, refusesLink: true });
  if (found.kind === "read") return found.bytes;
  throw found.kind === "missing" ? found.cause : fileError(found.reason, { cause: found.cause });
}

async function tried<Value>(path: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (cause) {
    const hint = "check that it still exists and that its permissions let you read it";
    throw new FlagError("INVALID_FLAGS", `${path} cannot be read: ${failureReason(cause)}`, { hint, cause });
  }
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
  throw error;
}
