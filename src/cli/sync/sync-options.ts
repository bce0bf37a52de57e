import { shellWord } from "../../core/text.ts";
import type { OnDrift } from "../../core/plan/merge.ts";
import { databaseLabel } from "../../store/address.ts";
import { migrateStore, openStore, openStoreToSync } from "../../store/open.ts";
import type { SyncOptions } from "../../sync/sync.ts";
import { progressOf, todayOf, type Io } from "../terminal/io.ts";
import { targetOf, type TargetOptions } from "../live-table.ts";

/** The common options of `plan` and `sync`, as given on the command line. */
interface SyncingOptions extends TargetOptions {
  readonly commit: string;
  readonly workTree?: boolean | undefined;
  readonly release?: readonly string[] | undefined;
  readonly onDrift: OnDrift;
  readonly acknowledge?: string | undefined;
  readonly acceptLive?: string | undefined;
  readonly newEpoch?: boolean | undefined;
}

/** Returns the options of a sync from those of the command line. Only `write` creates or migrates the database. */
export function syncOptions(io: Io, options: SyncingOptions, mode: "read" | "write"): SyncOptions {
  const { folder, environment, url } = targetOf(io, options);
  return {
    origin: { folder, ref: options.workTree === true ? null : options.commit },
    environment,
    startedBy: io.user,
    openStore: () => (mode === "write" ? openStoreToSync(url, environment) : openStore(url, { readOnly: true })),
    ...(mode === "write" ? { migrate: () => migrateStore(url, environment) } : {}),
    database: databaseLabel(url),
    progress: progressOf(io),
    today: todayOf(io),
    release: new Set(options.release),
    onDrift: options.onDrift,
    acknowledgedPlan: options.acknowledge ?? null,
    acceptLive: options.acceptLive ?? null,
    newEpoch: options.newEpoch ?? false,
    again: againOf(options),
  };
}

/** Options that a printed command repeats. Each text is empty or starts with a space. */
interface Again {
  /** The options for folder, database and commit. */
  readonly place: string;
  /** The same options and those for manual changes, on which the id of a plan depends. */
  readonly intent: string;
}

/** Returns the options that a printed command repeats. */
export function againOf({
  cwd,
  database,
  commit,
  workTree,
  release = [],
  onDrift,
  acceptLive,
  newEpoch,
}: SyncingOptions): Again {
  const place = [
    ...(workTree === true ? ["--work-tree"] : commit === "HEAD" ? [] : ["--commit", shellWord(commit)]),
    ...(database === undefined ? [] : ["--database", shellWord(withoutPassword(database))]),
    ...(cwd === undefined ? [] : ["--cwd", shellWord(cwd)]),
  ];
  const intent = [
    ...release.flatMap((key) => ["--release", shellWord(key)]),
    ...(onDrift === "keep" ? [] : ["--on-drift", onDrift]),
    ...(acceptLive === undefined ? [] : ["--accept-live", shellWord(acceptLive)]),
    ...(newEpoch === true ? ["--new-epoch"] : []),
  ];
  return { place: spaced(place), intent: spaced([...place, ...intent]) };
}

function spaced(words: readonly string[]): string {
  return words.map((word) => ` ${word}`).join("");
}

/** Hides the password of an address. It has to be inserted again before the command can run. */
function withoutPassword(url: string): string {
  if (url.startsWith("file:")) return url;
  const hidden = url.replace(/^(\w+:\/\/[^:/?@]*):.*@/, "$1:PASSWORD@");
  return hidden.replace(/([?&](?:ssl)?password=)[^&]*/gi, "$1PASSWORD");
}
