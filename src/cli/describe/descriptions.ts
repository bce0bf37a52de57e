import { type Description, describeFlag, type DescribeOptions } from "../../core/describe/describe.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import { unknownEnvironmentError, unknownFlagError } from "../../core/diagnostic/unknown-name.ts";
import { keyOfPath } from "../../source/shape/key.ts";
import type { LoadedFlag, LoadedFlags } from "../../source/load/load.ts";
import { invalidFlags } from "../workspace.ts";

/** A description that several environments share. */
export interface SharedDescription extends Description {
  /** In order of promotion. */
  readonly environments: readonly string[];
}

/** Describes one flag in words. Environments with the same text share a description, in the order of their first. */
export function descriptionsOf(
  loaded: LoadedFlags,
  key: FlagKey,
  environments: readonly string[],
  options: DescribeOptions = {},
): readonly SharedDescription[] {
  const found = environments.flatMap((environment) => {
    const flag = loaded.flagsFor(environment).get(key);
    return flag === undefined ? [] : [{ environment, ...describeFlag(flag, options) }];
  });
  const alike = Map.groupBy(found, ({ text, segments }) => JSON.stringify([text, segments]));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { text, segments } = first;
    return [{ environments: group.map(({ environment }) => environment), text, segments }];
  });
}

/** Finds a flag by its key. @throws FlagError USAGE when there is none, INVALID_FLAGS when its own file has errors */
export function flagNamed(loaded: LoadedFlags, key: FlagKey): LoadedFlag {
  const found = loaded.flags.find((flag) => flag.key === key);
  if (found !== undefined) return found;
  const broken = loaded.diagnostics.find(({ severity, file }) => severity === "error" && keyOfPath(file) === key);
  if (broken !== undefined) throw invalidFlags(broken);
  throw unknownFlagError(
    key,
    loaded.flags.map((flag) => flag.key),
  );
}

/** Returns the environment that `--env` names, or all. @throws FlagError UNKNOWN_ENVIRONMENT */
export function environmentsOf(loaded: LoadedFlags, only: string | undefined): readonly string[] {
  const names = loaded.config?.environments.map(({ name }) => name) ?? [];
  if (only === undefined || names.includes(only)) return only === undefined ? names : [only];
  throw unknownEnvironmentError(only, names);
}
