import type { OnDrift } from "../../core/plan/merge.ts";
import { databaseLabel, findDatabase } from "../../store/address.ts";
import { migrateStore, openStore } from "../../store/open.ts";
import type { SyncOptions } from "../../sync/sync.ts";
import { againOf } from "./repeatable-options.ts";
import { progressOf, todayOf, type Io } from "../terminal/io.ts";
import { environmentName, flagsFolder } from "../workspace.ts";

interface Options {
  readonly env?: string | undefined;
  readonly commit: string;
  readonly workTree?: boolean | undefined;
  readonly database?: string | undefined;
  readonly release?: readonly string[] | undefined;
  readonly onDrift: OnDrift;
  readonly acknowledge?: string | undefined;
  readonly acceptLive?: string | undefined;
  readonly cwd?: string | undefined;
}

/** What `plan` and `sync` are asked for on the command line. Only `write` makes or migrates a database. */
export function syncOptions(io: Io, options: Options, mode: "read" | "write"): SyncOptions {
  const folder = flagsFolder(io, options.cwd);
  const environment = environmentName(io, options.env);
  const { url } = findDatabase({ folder, environment, env: io.env, option: options.database });
  return {
    origin: { folder, ref: options.workTree === true ? null : options.commit },
    environment,
    startedBy: io.user,
    openStore: async () => {
      if (mode === "write") await migrateStore(url, environment);
      return openStore(url, { readOnly: mode === "read" });
    },
    database: databaseLabel(url),
    progress: progressOf(io),
    today: todayOf(io),
    release: new Set(options.release),
    onDrift: options.onDrift,
    acknowledgedPlan: options.acknowledge ?? null,
    acceptLive: options.acceptLive ?? null,
    again: againOf(options),
  };
}
