import { readlinkSync, type Stats } from "node:fs";
import { readlink } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import type { FlagError } from "../core/errors.ts";
import { entryAt, entryIfReachable, entryText } from "./entry.ts";
import { fileError } from "./failure.ts";

/**
 * Checks that a path can be written or deleted: below the trusted folder, every folder in the path is a folder and the file is
 * a regular file, or missing. Links are refused, because a commit can contain them: they would let its author choose which
 * file on the machine is overwritten.
 *
 * @param root  the trusted folder: the person who runs the program chose it, so it and the folders above it may be links
 * @param path  relative to `root`
 * @returns     the file that exists; undefined if there is none yet
 * @throws FlagError FILE_UNUSABLE
 */
export async function checkWritable(root: string, path: string): Promise<Stats | undefined> {
  const parts = partsBelow(root, path);
  let way = root;
  for (const [index, part] of parts.entries()) {
    way = join(way, part);
    const found = await entryAt(way);
    if (found === undefined) return undefined;
    const isLast = index === parts.length - 1;
    if (isLast && found.isFile()) return found;
    if (isLast || !found.isDirectory()) throw await refusal(parts, index, way, found);
  }
  return undefined;
}

/**
 * Checks that none of the paths is a link, for files that another library opens, which would follow it.
 *
 * @param root   the trusted folder, as in {@link checkWritable}
 * @param paths  relative to `root`, with forward slashes; each may be missing
 * @param hint   what else the person can do
 * @throws FlagError FILE_UNUSABLE
 */
export function refuseLinks(root: string, paths: readonly string[], hint: string): void {
  const path = paths.find((each) => entryIfReachable(join(root, each))?.isSymbolicLink());
  if (path === undefined) return;
  const message = `${path} is a symbolic link to ${JSON.stringify(readlinkSync(join(root, path)))}; links are not followed`;
  throw fileError(message, { hint: `find out who created it (git log -- ${path}), then delete it; ${hint}` });
}

function partsBelow(root: string, path: string): readonly string[] {
  const below = relative(root, join(root, path));
  const isBelow = below !== "" && below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  if (!isBelow) throw fileError(`${path} is not below ${root}, so it was not written`);
  return below.split(sep);
}

async function refusal(parts: readonly string[], index: number, way: string, found: Stats): Promise<FlagError> {
  const named = parts.slice(0, index + 1).join("/");
  const target = found.isSymbolicLink() ? await readlink(way).catch(() => undefined) : undefined;
  const what = `${entryText(found)}${target === undefined ? "" : ` to ${JSON.stringify(target)}`}`;
  const isLast = index === parts.length - 1;
  const message = isLast
    ? `${named} is ${what}; only regular files are written`
    : `${named} is ${what}, so ${parts.join("/")} was not written; links are not followed`;
  const hint = `find out who created it (git log -- ${named}), then replace it with ${isLast ? "a regular file" : "a folder"}, or delete it`;
  return fileError(message, { hint });
}
