import type { FlagKey } from "../core/flag/flag.ts";
import type { BlobReader } from "../history/blob-reader.ts";
import type { FlagFile } from "../source/shape/flag-file.ts";
import { keyOfPath } from "../source/shape/key.ts";
import type { SegmentFile } from "../source/shape/segment-file.ts";
import { segmentNames } from "../source/load/segments.ts";
import {
  type FileVersion,
  type FlagVersion,
  readConfigVersion,
  readFlagVersion,
  readSegmentVersion,
  resolveVersion,
  segmentsNamedBy,
} from "../source/load/version.ts";

export const CONFIG_PATH = "flags/_config.yaml";
const SEGMENTS_FOLDER = "flags/_segments/";

/** The files of one state of `flags/`: the id of each content; undefined where there is none. */
export interface Tree {
  idOf(path: string): string | undefined;
}

/** One flag as one state of the files had it. */
export interface Side {
  readonly key: FlagKey;
  readonly path: string;
  readonly file: FileVersion<FlagFile>;
  /** Declared then, in the order of promotion; empty where that cannot be told: `flagIn(null)` is the file as it stands. */
  readonly environments: readonly string[];
  /** The files of the segments that it uses, by way of others too. */
  readonly segmentPaths: ReadonlySet<string>;
  flagIn(environment: string | null): FlagVersion;
}

/** Reads versions of files, each content once. */
export interface Versions {
  side(tree: Tree, path: string): Promise<Side | null>;
  flagFile(tree: Tree, path: string): Promise<FileVersion<FlagFile> | null>;
  /** The declared environments; null where `flags/_config.yaml` is missing or cannot be read. */
  environments(tree: Tree): Promise<readonly string[] | null>;
  /** Of those contents, the paths whose text has all of these words in it: a cheap look before an expensive one. */
  mentioning(tree: Tree, paths: Iterable<string>, words: readonly string[]): Promise<readonly string[]>;
  /** Segments that one of these names, directly or by way of others, and these. */
  segmentsOver(tree: Tree, paths: Iterable<string>, names: ReadonlySet<string>): Promise<ReadonlySet<string>>;
}

export function isFlagPath(path: string): boolean {
  return path.endsWith(".yaml") && !path.split("/").some((part) => part.startsWith("_"));
}

export function isSegmentPath(path: string): boolean {
  return path.startsWith(SEGMENTS_FOLDER) && path.endsWith(".yaml");
}

/** @param loose  contents that no object of git has, by the ids that stand for them */
export function versionsOf(blobs: BlobReader, loose: ReadonlyMap<string, Uint8Array>): Versions {
  const bytesOf = async (id: string) => loose.get(id) ?? (await blobs.read(id));
  const flagFiles = remembering(async (id, path) => readFlagVersion(path, await bytesOf(id)));
  const segmentFiles = remembering(async (id, path) => readSegmentVersion(path, await bytesOf(id)));
  const configFiles = remembering(async (id, path) => readConfigVersion(path, await bytesOf(id)));
  const texts = remembering(async (id) => new TextDecoder().decode(await bytesOf(id)));

  const segmentOf = async (tree: Tree, name: string): Promise<SegmentFile | null> => {
    const path = `${SEGMENTS_FOLDER}${name}.yaml`;
    const id = tree.idOf(path);
    const read = id === undefined ? null : await segmentFiles(id, path);
    return read?.ok === true ? read.file : null;
  };
  /** All segments below these names, read; those that cannot be read are null. */
  const segmentsBelow = async (tree: Tree, names: readonly string[]) => {
    const found = new Map<string, SegmentFile | null>();
    for (const open = [...names]; ; ) {
      const name = open.pop();
      if (name === undefined) return found;
      if (found.has(name)) continue;
      const segment = await segmentOf(tree, name);
      found.set(name, segment);
      if (segment !== null) open.push(...segmentNames(segment.if));
    }
  };
  const flagFile = async (tree: Tree, path: string) => {
    const id = tree.idOf(path);
    return id === undefined ? null : flagFiles(id, path);
  };
  const environments = async (tree: Tree) => {
    const id = tree.idOf(CONFIG_PATH);
    const config = id === undefined ? null : await configFiles(id, CONFIG_PATH);
    return config?.ok === true ? Object.keys(config.file.environments) : null;
  };

  return {
    flagFile,
    environments,
    side: async (tree, path) => {
      const file = await flagFile(tree, path);
      if (file === null) return null;
      const key = keyOfPath(path);
      const segments = await segmentsBelow(tree, file.ok ? segmentsNamedBy(file.file) : []);
      const declared = await environments(tree);
      return {
        key,
        path,
        file,
        environments: declared ?? (file.ok ? Object.keys(file.file.environments ?? {}) : []),
        segmentPaths: new Set([...segments.keys()].map((name) => `${SEGMENTS_FOLDER}${name}.yaml`)),
        flagIn: (environment) =>
          file.ok
            ? resolveVersion(key, file.file, environment ?? undefined, (name) => segments.get(name) ?? undefined)
            : file,
      };
    },
    mentioning: async (tree, paths, words) => {
      const found: string[] = [];
      for (const path of paths) {
        const id = tree.idOf(path);
        const text = id === undefined ? "" : await texts(id, path);
        if (words.some((word) => text.includes(word))) found.push(path);
      }
      return found;
    },
    segmentsOver: async (tree, paths, names) => {
      const over = new Set(names);
      const uses = new Map<string, readonly string[]>();
      for (const path of paths) {
        const segment = await segmentOf(tree, keyOfPath(path));
        if (segment !== null) uses.set(keyOfPath(path), segmentNames(segment.if));
      }
      for (let size = 0; size !== over.size; ) {
        size = over.size;
        for (const [name, used] of uses) if (used.some((other) => over.has(other))) over.add(name);
      }
      return over;
    },
  };
}

/** A content is read once, wherever it lies: what it says of its own place plays no part. */
function remembering<Value>(
  make: (id: string, path: string) => Promise<Value>,
): (id: string, path: string) => Promise<Value> {
  const made = new Map<string, Promise<Value>>();
  return (id, path) => {
    const known = made.get(id);
    if (known !== undefined) return known;
    const value = make(id, path);
    made.set(id, value);
    return value;
  };
}
