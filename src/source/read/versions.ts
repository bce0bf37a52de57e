import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { flawOf } from "../../core/flag/flaw.ts";
import { FormatProblem } from "../../core/row/format-problem.ts";
import type { BlobReader } from "../../history/cat-file.ts";
import { draftOf } from "../load/draft.ts";
import { flagResolver, segmentsNamedBy } from "../load/flag-resolver.ts";
import type { FileKind } from "../load/parsed-file.ts";
import { resolveSegments, segmentNames } from "../load/segments.ts";
import { parseFile } from "../load/yaml-profile.ts";
import type { ConfigFile } from "../shape/config-file.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { keyOfPath } from "../shape/key.ts";
import { CONFIG_PATH, segmentPath } from "../shape/paths.ts";
import type { SegmentFile } from "../shape/segment-file.ts";

/** One state of `flags/` in a commit or in history: the id of each file's content. */
export interface FileIds {
  /** Returns undefined if there is no such file. */
  idOf(path: string): string | undefined;
}

/** One version of a file, or why it cannot be read: an old version may have a format that is no longer supported. */
export type FileVersion<File> =
  | { readonly ok: true; readonly file: File }
  | { readonly ok: false; readonly problem: string };

/** One version of a flag in one environment, or why it cannot be resolved. */
export type FlagVersion = { readonly ok: true; readonly flag: Flag } | { readonly ok: false; readonly problem: string };

/** One flag in one state of the files. */
export interface FlagState {
  readonly key: FlagKey;
  readonly path: string;
  readonly file: FileVersion<FlagFile>;
  /**
   * The environments declared in that state, in the order of promotion. Empty if unknown: `flagIn(null)` is the flag
   * without overlays.
   */
  readonly environments: readonly string[];
  /** The files of the segments that it uses, also through other segments. */
  readonly segmentPaths: ReadonlySet<string>;
  flagIn(environment: string | null): FlagVersion;
}

/** Reads flags of many states of the files. Each content is read and parsed once. */
export interface Versions {
  /** Returns the flag of a file; null if there is no such file. */
  flag(ids: FileIds, path: string): Promise<FlagState | null>;
  /** Returns the content of a flag's file; null if there is no such file. */
  flagFile(ids: FileIds, path: string): Promise<FileVersion<FlagFile> | null>;
  /** Returns the declared environments; null if `flags/_config.yaml` is missing or cannot be read. */
  environments(ids: FileIds): Promise<readonly string[] | null>;
  /** Returns the paths whose text contains one of the words: a cheap test before an expensive one. */
  mentioning(ids: FileIds, paths: Iterable<string>, words: readonly string[]): Promise<readonly string[]>;
  /** Returns these segments and those at the given paths that use one of them, directly or through others. */
  segmentsUsing(ids: FileIds, paths: Iterable<string>, names: ReadonlySet<string>): Promise<ReadonlySet<string>>;
}

/** Reads the file at a path in one state; null if there is none. */
type ReadFile<Content> = (ids: FileIds, path: string) => Promise<Content | null>;

/**
 * Opens versions of flags.
 *
 * @param uncommitted  contents that are not in a commit, by the ids that stand for them
 */
export function versionsOf(blobs: BlobReader, uncommitted: ReadonlyMap<string, Uint8Array>): Versions {
  const reader = <Content>(parse: (path: string, bytes: Uint8Array) => Content) =>
    readEachOnce(async (id) => uncommitted.get(id) ?? (await blobs.read(id)), parse);
  const flagFile = reader((path, bytes) => fileVersion<FlagFile>("flag", path, bytes));
  const segmentFile = reader((path, bytes) => fileVersion<SegmentFile>("segment", path, bytes));
  const configFile = reader((path, bytes) => fileVersion<ConfigFile>("config", path, bytes));
  const text = reader((_, bytes) => new TextDecoder().decode(bytes));
  const environments = async (ids: FileIds) => {
    const config = await configFile(ids, CONFIG_PATH);
    return config?.ok === true ? Object.keys(config.file.environments) : null;
  };
  return {
    flagFile,
    environments,
    flag: async (ids, path) => {
      const file = await flagFile(ids, path);
      if (file === null) return null;
      const segments = await segmentsBelow(ids, file.ok ? segmentsNamedBy(file.file) : [], segmentFile);
      const declared = await environments(ids);
      const key = keyOfPath(path);
      return {
        key,
        path,
        file,
        environments: declared ?? (file.ok ? Object.keys(file.file.environments ?? {}) : []),
        segmentPaths: new Set([...segments.keys()].map(segmentPath)),
        flagIn: (environment) => (file.ok ? flagVersion(key, file.file, environment ?? undefined, segments) : file),
      };
    },
    mentioning: async (ids, paths, words) => {
      const found: string[] = [];
      for (const path of paths) {
        const content = (await text(ids, path)) ?? "";
        if (words.some((word) => content.includes(word))) found.push(path);
      }
      return found;
    },
    segmentsUsing: (ids, paths, names) => segmentsUsing(ids, paths, names, segmentFile),
  };
}

/**
 * Creates a reader that remembers contents by id. A file that is the same in many states, or at many paths, is read and
 * parsed once.
 */
function readEachOnce<Content>(
  bytesOf: (id: string) => Promise<Uint8Array>,
  parse: (path: string, bytes: Uint8Array) => Content,
): ReadFile<Content> {
  const known = new Map<string, Promise<Content>>();
  return async (ids, path) => {
    const id = ids.idOf(path);
    if (id === undefined) return null;
    const content = known.get(id) ?? bytesOf(id).then((bytes) => parse(path, bytes));
    known.set(id, content);
    return content;
  };
}

/**
 * Parses one version of a file. Checks only YAML and shape, because the validity of references depends on the other files
 * at that time.
 */
function fileVersion<File>(kind: FileKind, path: string, bytes: Uint8Array): FileVersion<File> {
  const { whole, problems } = draftOf<File>(kind, parseFile({ path, kind: "file", bytes }), keyOfPath(path));
  if (whole !== undefined) return { ok: true, file: whole };
  const [problem] = problems;
  return { ok: false, problem: problem === undefined ? "not understood" : `line ${problem.line}: ${problem.message}` };
}

/** Reads these segments and all that they use; null for those that are missing or cannot be read. */
async function segmentsBelow(
  ids: FileIds,
  names: readonly string[],
  segmentFile: ReadFile<FileVersion<SegmentFile>>,
): Promise<ReadonlyMap<string, SegmentFile | null>> {
  const found = new Map<string, SegmentFile | null>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    const version = await segmentFile(ids, segmentPath(name));
    found.set(name, version?.ok === true ? version.file : null);
    if (version?.ok === true) open.push(...segmentNames(version.file.if));
  }
  return found;
}

async function segmentsUsing(
  ids: FileIds,
  paths: Iterable<string>,
  names: ReadonlySet<string>,
  segmentFile: ReadFile<FileVersion<SegmentFile>>,
): Promise<ReadonlySet<string>> {
  const uses = new Map<string, readonly string[]>();
  for (const path of paths) {
    const version = await segmentFile(ids, path);
    if (version?.ok === true) uses.set(keyOfPath(path), segmentNames(version.file.if));
  }
  const using = new Set(names);
  const users = usersOf(uses);
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const user of users.get(name) ?? []) {
      if (using.has(user)) continue;
      using.add(user);
      open.push(user);
    }
  }
  return using;
}

/** Returns the segments that name each segment. */
function usersOf(uses: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const [user, names] of uses) {
    for (const name of names) {
      const known = users.get(name) ?? [];
      known.push(user);
      users.set(name, known);
    }
  }
  return users;
}

/** Resolves one version of a flag without checking it. Never throws. */
function flagVersion(
  key: FlagKey,
  file: FlagFile,
  environment: string | undefined,
  segments: ReadonlyMap<string, SegmentFile | null>,
): FlagVersion {
  const files = new Map<string, SegmentFile>();
  for (const [name, segment] of segments) {
    if (segment === null) return { ok: false, problem: `segment "${name}" does not exist or cannot be read` };
    files.set(name, segment);
  }
  try {
    const { usable, problems } = resolveSegments(files);
    const resolver = flagResolver(usable);
    const [first] = [...problems, ...resolver.excesses(file)];
    if (first !== undefined) return { ok: false, problem: first.problem.message };
    const flag = resolver.resolve(key, file, environment);
    const flaw = flawOf(flag);
    return flaw === undefined ? { ok: true, flag } : { ok: false, problem: flaw };
  } catch (error) {
    if (error instanceof FormatProblem || error instanceof RangeError) return { ok: false, problem: error.message };
    throw error;
  }
}
