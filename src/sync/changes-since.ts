import type { DesiredFlag } from "../core/change.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { FlagError } from "../core/errors.ts";
import type { Flag, FlagKey } from "../core/flag.ts";
import { planChanges, type Plan } from "../core/plan.ts";
import { columnsOf, type ReadRow } from "../core/row-codec.ts";
import { openRepository } from "../history/repository.ts";
import { desiredOf, readFiles, type Files } from "./desired.ts";
import { digest } from "../source/digest.ts";

const quiet = () => {};

/**
 * What a branch changes, in each environment that it declares: the plan of a table that says exactly what the base said
 * where the branch left it. What went into the base since then is not the branch's doing. No database is asked, so the
 * answer is git's alone.
 *
 * @param base   a commit, branch or tag; one that has no flags yet is as good as any
 * @param files  valid
 * @throws FlagError as readFiles does, about the base
 */
export async function changesSince(folder: string, base: string, files: Files): Promise<readonly Plan[]> {
  const before = await baseOf(folder, base, files.commit ?? "HEAD");
  const environments = files.loaded.config?.environments ?? [];
  return environments.flatMap(({ name }) => {
    const result = desiredOf({ ...files, commit: files.commit ?? "" }, name, quiet);
    if (!result.ok) return [];
    const { desired } = result;
    return [
      planChanges({
        environment: desired.environment,
        policies: desired.policies,
        from: { revision: 0, commit: before.commit },
        to: { commit: files.commit },
        desired: desired.flags,
        live: rowsAsSynced(before.flagsFor(name), desired.flags),
        release: new Set<FlagKey>(),
        onDrift: "keep",
        acknowledgedPlan: null,
        deletedByHand: new Set<FlagKey>(),
        digest,
      }),
    ];
  });
}

interface Base {
  readonly commit: string;
  readonly flagsFor: (environment: string) => ReadonlyMap<FlagKey, Flag>;
}

async function baseOf(folder: string, base: string, tip: string): Promise<Base> {
  const repository = await openRepository(folder);
  const named = await repository.resolve(base);
  const commit = (await repository.commonAncestor(named, tip)) ?? named;
  try {
    const { loaded } = await readFiles({ folder, ref: commit }, quiet);
    return { commit, flagsFor: loaded.flagsFor };
  } catch (error) {
    // The branch brings the first flags.
    if (error instanceof FlagError && error.code === "NO_FLAGS") return { commit, flagsFor: () => new Map() };
    throw error;
  }
}

/**
 * The same diagnostics, with `expired` an error where the branch adds or edits the flag: that is the moment to say so. For
 * every other flag the passing of a day must not fail anything.
 */
export function strictAboutEdited(diagnostics: readonly Diagnostic[], plans: readonly Plan[]): readonly Diagnostic[] {
  const changes = plans.flatMap((plan) => plan.changes);
  // Who edits a segment has not edited the flags that use it.
  const edited = new Set(
    changes.flatMap(({ path, differences }) =>
      path !== null && differences.some(({ aspect }) => aspect !== "segment") ? [path] : [],
    ),
  );
  return diagnostics.map((each) => {
    if (each.code !== "expired" || !edited.has(each.file)) return each;
    return { ...each, severity: "error" };
  });
}

/** The rows that a sync of those flags would have left behind. */
function rowsAsSynced(
  flags: ReadonlyMap<FlagKey, Flag>,
  desired: ReadonlyMap<FlagKey, DesiredFlag>,
): ReadonlyMap<FlagKey, ReadRow> {
  const epoch = new Date(0).toISOString();
  const rows = [...flags].map(([key, flag]): readonly [FlagKey, ReadRow] => {
    const columns = columnsOf(flag);
    const row = {
      ...columns,
      id: "",
      feature_key: key,
      // Where a file lies is of no interest here: moving it changes nothing.
      path: desired.get(key)?.path ?? null,
      commit_sha: null,
      synced: columns,
      archived_at: null,
      created_at: epoch,
      updated_at: epoch,
      created_by: "",
      last_modified_by: "",
    };
    return [key, { ok: true, flag, row }];
  });
  return new Map(rows);
}
