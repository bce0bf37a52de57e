import type { JsonObject } from "../../core/json.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { CONFIG_PATH, SEGMENTS } from "../check/check-tree.ts";
import { type LoadedFlag, loadFlags, type LoadedFlags } from "./load.ts";
import { soundFile } from "./sound-file.ts";
import { parseFile } from "./yaml-profile.ts";

/** A state of the files that has been loaded, and the files that it was loaded from. */
export interface LoadedFiles {
  readonly files: readonly SourceFile[];
  readonly loaded: LoadedFlags;
}

/**
 * As {@link loadFlags}, and with the same outcome, beside another state of the files that is much the same. A flag's file that
 * is the same there, and sound, is not parsed again; where configuration and segments are the same too, what its lines mean is
 * not checked again. A flag whose file and segments are the same is served as the very same objects, by which whoever
 * compares the two states sees at once that there is nothing to compare.
 */
export function loadBeside(files: readonly SourceFile[], beside: LoadedFiles): LoadedFlags {
  const same = samePaths(files, beside.files);
  const faulty = new Set(beside.loaded.diagnostics.map(({ file }) => file));
  const known = new Map(beside.loaded.flags.flatMap((flag) => (same.has(flag.path) ? [[flag.path, flag]] : [])));
  const isSameWithin = [...files, ...beside.files].every((file) => same.has(file.path) || !isShared(file));
  return loadFlags(files, {
    parse: (file) => {
      const flag = known.get(file.path);
      return flag === undefined ? parseFile(file) : parsedBefore(file, flag);
    },
    isSound: ({ path }) => isSameWithin && known.has(path) && !faulty.has(path),
    resolve: ({ path, segmentPaths }, environment) => {
      const flag = known.get(path);
      if (flag === undefined || !segmentPaths.every((segment) => same.has(segment))) return undefined;
      return beside.loaded.flagFor(flag, environment);
    },
  });
}

/** The paths at which both have the same content. */
function samePaths(files: readonly SourceFile[], others: readonly SourceFile[]): ReadonlySet<string> {
  const byPath = new Map(others.map((file) => [file.path, file]));
  return new Set(files.flatMap((file) => (isSameFile(file, byPath.get(file.path)) ? [file.path] : [])));
}

function isSameFile(one: SourceFile, other: SourceFile | undefined): boolean {
  if (other?.kind !== one.kind) return false;
  return one.bytes === other.bytes || Buffer.compare(one.bytes, other.bytes) === 0;
}

/** What flags are checked beside; no note that lies among the segments. */
function isShared({ path, kind }: SourceFile): boolean {
  return path === CONFIG_PATH || (path.startsWith(SEGMENTS) && (kind !== "file" || path.endsWith(".yaml")));
}

function parsedBefore(file: SourceFile, { parsed, file: document }: LoadedFlag) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was read as JSON; its type names what may stand in it
  return parsed.sound === undefined ? soundFile(file, "flag", document as JsonObject) : parsed;
}
