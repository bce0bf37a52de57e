import { keyOfPath } from "../source/shape/key.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { FileChange } from "../history/commit-log.ts";
import type { MainlineChange } from "../history/mainline.ts";
import { meaningOf, type Meaning } from "./log-meaning.ts";
import { CONFIG_PATH, isFlagPath, isSegmentPath } from "../source/shape/paths.ts";
import type { FileIds, FlagState, Versions } from "../source/read/versions.ts";

/** A change that one mainline commit makes in the same way to each of these flags. */
export interface FlagStep {
  readonly keys: readonly FlagKey[];
  readonly meanings: readonly Meaning[];
  /** The files that cause the change: those of the flags, or those of segments and the configuration. */
  readonly paths: ReadonlySet<string>;
}

/** The files of `flags/` while history is walked from the newest commit to the oldest. */
export interface TreeWalk {
  /** The files after the commit that the walk has reached. */
  readonly after: FileIds;
  /** Returns the files before these changes. */
  before(changes: readonly FileChange[]): FileIds;
  /** All paths of `after`. */
  paths(): Iterable<string>;
  /** Undoes these changes in `after`, so that the walk reaches the preceding commit. */
  takeBack(changes: readonly FileChange[]): void;
}

/** Starts a walk. @param tip  the files of the newest commit: paths with blob ids */
export function treeWalk(tip: ReadonlyMap<string, string>): TreeWalk {
  const ids = new Map(tip);
  return {
    after: { idOf: (path) => ids.get(path) },
    before: (changes) => {
      const changed = new Map(changes.map((change) => [change.path, change]));
      return {
        idOf: (path) => {
          const change = changed.get(path);
          return change === undefined ? ids.get(path) : (change.before ?? undefined);
        },
      };
    },
    paths: () => ids.keys(),
    takeBack: (changes) => {
      for (const { path, before } of changes) {
        if (before === null) ids.delete(path);
        else ids.set(path, before);
      }
    },
  };
}

/** The file of one flag before and after a commit; null when it does not exist. */
interface Pair {
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * The maximum number of flags of one commit that are listed one by one. In larger commits, such as a first one, they
 * are only counted.
 */
const MAX_LISTED = 200;

function countedStep(own: readonly Pair[], reached: readonly string[], changes: readonly FileChange[]): FlagStep {
  const count = (what: string, pairs: readonly unknown[]) => (pairs.length === 0 ? [] : [`${pairs.length} ${what}`]);
  const texts = [
    ...count(
      "flags created",
      own.filter(({ before }) => before === null),
    ),
    ...count(
      "edited",
      own.filter(({ before, after }) => before !== null && after !== null),
    ),
    ...count(
      "removed",
      own.filter(({ after }) => after === null),
    ),
    ...count("affected by segments or configuration", reached),
  ];
  const paths = [...own.flatMap(({ before, after }) => [after ?? before ?? ""]), ...reached];
  return {
    keys: paths.map(keyOfPath).sort(),
    meanings: [{ environments: [], text: texts.join(", "), changesRow: true }],
    paths: new Set(changes.map(({ path }) => path)),
  };
}

/** Groups flags that a commit changes in the same way, for example because they use one segment. */
function joined(steps: readonly FlagStep[]): readonly FlagStep[] {
  const alike = Map.groupBy(steps, ({ meanings, paths }) => {
    const shared = [...paths].filter((path) => !isFlagPath(path));
    return JSON.stringify([meanings, shared, shared.length === 0 ? [...paths] : []]);
  });
  const groups = [...alike.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, keys: group.flatMap(({ keys }) => keys).sort() }];
  });
  return groups.sort((a, b) => ((a.keys[0] ?? "") < (b.keys[0] ?? "") ? -1 : 1));
}

/** Collects the changes to one flag across its renames, or the changes to all flags. */
export interface Follower {
  /**
   * Returns what a commit changes. Call it for each commit, newest first, before `takeBack` undoes the changes of that
   * commit in the walk.
   */
  steps(walk: TreeWalk, changes: MainlineChange["changes"]): Promise<readonly FlagStep[]>;
  /** Returns whether the followed flag was found in any commit. */
  readonly hasFound: () => boolean;
}

/** Follows all flags. */
export function followAll(versions: Versions): Follower {
  return {
    hasFound: () => true,
    steps: async (walk, changes) => {
      const before = walk.before(changes);
      const own = await pairsOf(changes, walk.after, before, versions);
      const touched = new Set(own.flatMap((pair) => [pair.before, pair.after]));
      const reached = (await reachedBySegments(walk, changes, before, versions)).filter((path) => !touched.has(path));
      if (own.length + reached.length > MAX_LISTED) return [countedStep(own, reached, changes)];
      const pairs = [...own, ...reached.map((path) => ({ before: path, after: path }))];
      const steps: FlagStep[] = [];
      for (const pair of pairs) steps.push(...(await stepOf(pair, walk.after, before, changes, versions)));
      return joined(steps);
    },
  };
}

/** Follows one flag back through its renames. @param wanted  its newest key */
export function followOne(wanted: FlagKey, versions: Versions): Follower {
  let key = wanted;
  /** Null when the flag has no file at this point of the walk; undefined before the first commit. */
  let path: string | null | undefined;
  let isFound = false;
  return {
    hasFound: () => isFound,
    steps: async (walk, changes) => {
      path = path === undefined ? pathOf(key, walk) : path;
      const before = walk.before(changes);
      const isOwn = changes.some((change) => isFlagPath(change.path) && keyOfPath(change.path) === key);
      const pairs = isOwn ? await pairsOf(changes, walk.after, before, versions) : [];
      const pair =
        pairs.find(({ after }) => after !== null && after === path) ??
        pairs.find((each) => each.before !== null && keyOfPath(each.before) === key) ??
        (path === null ? undefined : { before: path, after: path });
      if (path !== null) isFound = true;
      if (pair === undefined) return [];
      if (isOwn) {
        isFound = true;
        path = pair.before;
        key = pair.before === null ? key : keyOfPath(pair.before);
      }
      const concerns = isOwn || changes.some((change) => isSegmentPath(change.path) || change.path === CONFIG_PATH);
      return concerns ? stepOf(pair, walk.after, before, changes, versions) : [];
    },
  };
}

function pathOf(key: FlagKey, walk: TreeWalk): string | null {
  return [...walk.paths()].find((each) => isFlagPath(each) && keyOfPath(each) === key) ?? null;
}

async function stepOf(
  pair: Pair,
  after: FileIds,
  before: FileIds,
  changes: readonly FileChange[],
  versions: Versions,
): Promise<readonly FlagStep[]> {
  const was = pair.before === null ? null : await versions.flag(before, pair.before);
  const is = pair.after === null ? null : await versions.flag(after, pair.after);
  const key = is?.key ?? was?.key;
  if (key === undefined) return [];
  const meanings = meaningOf(was, is);
  return meanings.length === 0 ? [] : [{ keys: [key], meanings, paths: causes(pair, was, is, changes) }];
}

function causes(
  pair: Pair,
  was: FlagState | null,
  is: FlagState | null,
  changes: readonly FileChange[],
): ReadonlySet<string> {
  const changed = changes.map(({ path }) => path);
  const own = changed.filter((path) => path === pair.before || path === pair.after);
  if (own.length > 0) return new Set(own);
  const segments = changed.filter(
    (path) => is?.segmentPaths.has(path) === true || was?.segmentPaths.has(path) === true,
  );
  return new Set(segments.length > 0 ? segments : [CONFIG_PATH]);
}

/** Returns the files of flags that a changed segment or a changed list of environments may affect. */
async function reachedBySegments(
  walk: TreeWalk,
  changes: readonly FileChange[],
  before: FileIds,
  versions: Versions,
): Promise<readonly string[]> {
  const flags = () => [...walk.paths()].filter(isFlagPath);
  if (changes.some(({ path }) => path === CONFIG_PATH)) {
    const [was, is] = [await versions.environments(before), await versions.environments(walk.after)];
    if (was !== null && is !== null && was.join() !== is.join()) return flags();
  }
  const segments = changes.filter(({ path }) => isSegmentPath(path)).map(({ path }) => keyOfPath(path));
  if (segments.length === 0) return [];
  const all = [...new Set([...walk.paths(), ...changes.map(({ path }) => path)])].filter(isSegmentPath);
  const names = new Set([
    ...(await versions.segmentsUsing(walk.after, all, new Set(segments))),
    ...(await versions.segmentsUsing(before, all, new Set(segments))),
  ]);
  return versions.mentioning(walk.after, flags(), [...names]);
}

/** Pairs the files before and after a commit: by path, else by key, else by salt. */
async function pairsOf(
  changes: readonly FileChange[],
  after: FileIds,
  before: FileIds,
  versions: Versions,
): Promise<readonly Pair[]> {
  const flags = changes.filter(({ path }) => isFlagPath(path));
  const pairs: Pair[] = flags.filter(isEdit).map(({ path }) => ({ before: path, after: path }));
  const removed = new Map(flags.filter((each) => each.after === null).map((each) => [each.path, each]));
  for (const added of flags.filter((each) => each.before === null && each.after !== null)) {
    const origin =
      [...removed.values()].find(({ path }) => keyOfPath(path) === keyOfPath(added.path)) ??
      (await renamedFrom(added, [...removed.values()], after, before, versions));
    if (origin !== undefined) removed.delete(origin.path);
    pairs.push({ before: origin?.path ?? null, after: added.path });
  }
  return [...pairs, ...[...removed.keys()].map((path) => ({ before: path, after: null }))];
}

function isEdit({ before, after }: FileChange): boolean {
  return before !== null && after !== null;
}

/** Returns the removed file that an added one was renamed from: it has the same content, or the same salt. */
async function renamedFrom(
  added: FileChange,
  removed: readonly FileChange[],
  after: FileIds,
  before: FileIds,
  versions: Versions,
): Promise<FileChange | undefined> {
  const same = removed.find((each) => each.before === added.after);
  if (same !== undefined || removed.length === 0) return same;
  const now = await versions.flagFile(after, added.path);
  if (now?.ok !== true || now.file.salt === undefined) return undefined;
  for (const each of removed) {
    const was = await versions.flagFile(before, each.path);
    if (was?.ok === true && (was.file.salt ?? keyOfPath(each.path)) === now.file.salt) return each;
  }
  return undefined;
}
