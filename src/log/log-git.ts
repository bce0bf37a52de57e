import { keyOfPath } from "../source/shape/key.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { FileChange } from "../history/commit-log.ts";
import type { MainlineChange } from "../history/mainline.ts";
import { meaningOf, type Meaning } from "./log-meaning.ts";
import { CONFIG_PATH, isFlagPath, isSegmentPath } from "../source/shape/paths.ts";
import type { FileIds, FlagState, Versions } from "../source/read/versions.ts";

/** What one step of the main line meant to flags that it changed in the same way. */
export interface FlagStep {
  readonly keys: readonly FlagKey[];
  readonly meanings: readonly Meaning[];
  /** The files that did it: its own, or those of segments and configuration. */
  readonly paths: ReadonlySet<string>;
}

/** The files of `flags/` on the way back through history. */
export interface TreeWalk {
  /** As the newest step that was not yet taken back left it. */
  readonly after: FileIds;
  before(changes: readonly FileChange[]): FileIds;
  /** All paths of `after`. */
  paths(): Iterable<string>;
  takeBack(changes: readonly FileChange[]): void;
}

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

/** One flag's file before and after a step; null where there was none. */
interface Pair {
  readonly before: string | null;
  readonly after: string | null;
}

/** Up to so many flags of one step are listed one by one; more, as in a first commit, are counted. */
const MAX_TOLD = 200;

function massStep(own: readonly Pair[], reached: readonly string[], changes: readonly FileChange[]): FlagStep {
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
    ...count("reached by segments or configuration", reached),
  ];
  const paths = [...own.flatMap(({ before, after }) => [after ?? before ?? ""]), ...reached];
  return {
    keys: paths.map(keyOfPath).sort(),
    meanings: [{ environments: [], text: texts.join(", "), changesRow: true }],
    paths: new Set(changes.map(({ path }) => path)),
  };
}

/** Groups the flags to which a step means the same, as those that use one segment. */
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

/** Follows one flag back through its renames, or tells of all flags. */
export interface Follower {
  /** What a step meant; to be asked newest first. The walk still stands after the step. */
  steps(walk: TreeWalk, changes: MainlineChange["changes"]): Promise<readonly FlagStep[]>;
  /** Whether the followed flag was ever met. */
  readonly hasMet: () => boolean;
}

export function followAll(versions: Versions): Follower {
  return {
    hasMet: () => true,
    steps: async (walk, changes) => {
      const before = walk.before(changes);
      const own = await pairsOf(changes, walk.after, before, versions);
      const touched = new Set(own.flatMap((pair) => [pair.before, pair.after]));
      const reached = (await reachedBySegments(walk, changes, before, versions)).filter((path) => !touched.has(path));
      if (own.length + reached.length > MAX_TOLD) return [massStep(own, reached, changes)];
      const pairs = [...own, ...reached.map((path) => ({ before: path, after: path }))];
      const steps: FlagStep[] = [];
      for (const pair of pairs) steps.push(...(await stepOf(pair, walk.after, before, changes, versions)));
      return joined(steps);
    },
  };
}

export function followOne(wanted: FlagKey, versions: Versions): Follower {
  let key = wanted;
  /** Null where the flag has no file; undefined before the first step. */
  let path: string | null | undefined;
  let isMet = false;
  return {
    hasMet: () => isMet,
    steps: async (walk, changes) => {
      path = path === undefined ? pathOf(key, walk) : path;
      const before = walk.before(changes);
      const isOwn = changes.some((change) => isFlagPath(change.path) && keyOfPath(change.path) === key);
      const pairs = isOwn ? await pairsOf(changes, walk.after, before, versions) : [];
      const pair =
        pairs.find(({ after }) => after !== null && after === path) ??
        pairs.find((each) => each.before !== null && keyOfPath(each.before) === key) ??
        (path === null ? undefined : { before: path, after: path });
      if (path !== null) isMet = true;
      if (pair === undefined) return [];
      if (isOwn) {
        isMet = true;
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

/** Flags that a changed segment or another set of environments may have changed. */
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

/** Which file became which: the same path, the same key elsewhere, the same salt under another key. */
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

/** A rename keeps the salt, so that nobody moves: that is its mark. A file that only has another name is one as well. */
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
