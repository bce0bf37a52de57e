import type { DesiredFlag } from "../../core/plan/change.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import type { LoadedFlags } from "./load.ts";

/** What the files say of each flag in one environment, with the acknowledgement that is meant for it. */
export function desiredFlags(loaded: LoadedFlags, environment: string): ReadonlyMap<FlagKey, DesiredFlag> {
  const infos = new Map(loaded.flags.map((info) => [info.key, info]));
  const flags = [...loaded.flagsFor(environment)].map(([key, flag]): readonly [FlagKey, DesiredFlag] => {
    const info = infos.get(key);
    const acknowledged = info?.acknowledge[environment] ?? null;
    return [key, { flag, path: info?.path ?? `flags/${key}.yaml`, acknowledged }];
  });
  return new Map(flags);
}
