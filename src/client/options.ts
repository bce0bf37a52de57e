import { resolve } from "node:path";
import type { FlagDefinitions } from "../core/flag/definitions.ts";
import { FlagError } from "../core/errors.ts";
import { locatedSources } from "../core/override/override.ts";
import { type Variables, variableIn } from "../core/variable.ts";
import { type Logger, safeLogger, stderrLogger } from "./logger.ts";
import { clampedDelay } from "./clock.ts";
import { own } from "../core/own.ts";

/** The options of a client, all optional. Delays are limited to 250 ms … 24 h. */
export interface FlagsOptions {
  /** The environment. Default: `FLAGS_ENV`, else `development`. */
  readonly environment?: string | undefined;
  /**
   * The address of the database, `file:…` or `postgres://…`. Default: `FLAGS_DATABASE_URL_<ENV>`, else `FLAGS_DATABASE_URL`,
   * else `.flaghoist/<env>.db` next to the nearest `flags/`.
   */
  readonly database?: string | undefined;
  /** The definitions that `hoist generate` writes. Their fallbacks are served while there is no data. */
  readonly definitions?: FlagDefinitions | undefined;
  /** The environment variables, read once, when the client is created. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The path of a file with override lines such as `FEATURE_X=false`, read again every 2 s. Default: `FLAGS_OVERRIDE_FILE`. */
  readonly overrideFile?: string | undefined;
  /**
   * The file that keeps the last good snapshot, so that a process can start while the database is unreachable. `false` keeps
   * none. Default: `FLAGS_SNAPSHOT_FILE` (`none` or `false` keep none), else next to the SQLite file, else in the nearest `.flaghoist` folder.
   */
  readonly snapshotFile?: string | false | undefined;
  /** A snapshot bundled with the application: its path, or its parsed JSON. Used if there is no other data. */
  readonly bundled?: unknown;
  /** The interval at which the client polls the database for a new revision, in milliseconds, ± 20 %. Default: 10,000. */
  readonly pollIntervalMs?: number | undefined;
  /** How long {@link createFlags} waits for data and for the override file, in milliseconds. Default: 1,500. */
  readonly initialTimeoutMs?: number | undefined;
  /** How long after the last successful check the data becomes stale, in milliseconds. Default: 60,000. */
  readonly staleAfterMs?: number | undefined;
  /** Receives log messages; `false` disables logging. Default: lines on stderr. */
  readonly logger?: Logger | false | undefined;
  /** Whether the process reports its revision and overrides to the database, for `hoist status`. Default: true. */
  readonly heartbeat?: boolean | undefined;
  /** Where `updateToggle` opens its pull requests. Default: from environment variables, as for the `hoist` commands. */
  readonly github?: GitHubOptions | undefined;
}

/** The repository that holds the flags. GitHub is not accessed before the first `updateToggle`. */
export interface GitHubOptions {
  /** `owner/name`. Default: `GITHUB_REPOSITORY`. */
  readonly repository?: string | undefined;
  /** A token with write access to contents and pull requests. Default: `FLAGS_GITHUB_TOKEN`, else `GITHUB_TOKEN`, else `GH_TOKEN`. */
  readonly token?: string | undefined;
  /** The API address of GitHub Enterprise, e.g. `https://github.acme.dev/api/v3`. Default: `GITHUB_API_URL`, else that of `GITHUB_SERVER_URL` or `GH_HOST`, else github.com's. */
  readonly apiUrl?: string | undefined;
  /** The folder that contains `flags/`, relative to the root of the repository. Default: the root. */
  readonly folder?: string | undefined;
}

/** Checked and complete options. Later changes to the objects that were passed in have no effect. */
export type Settings = Readonly<ReturnType<typeof settingsFrom>>;

const NAMES: Readonly<Record<keyof FlagsOptions, string>> = {
  environment: "string",
  database: "string",
  definitions: "object",
  env: "object",
  overrideFile: "string",
  snapshotFile: "string or false",
  bundled: "string or object",
  pollIntervalMs: "number",
  initialTimeoutMs: "number",
  staleAfterMs: "number",
  logger: "object or false",
  heartbeat: "boolean",
  github: "object",
};

const GITHUB_NAMES: Readonly<Record<keyof GitHubOptions, string>> = {
  repository: "string",
  token: "string",
  apiUrl: "string",
  folder: "string",
};

/** Checks options and fills in defaults. @throws FlagError USAGE for an option that does not exist or has the wrong type */
export function settingsFrom(options: FlagsOptions) {
  for (const [name, value] of Object.entries(options)) checkOption(name, value, NAMES);
  for (const [name, value] of Object.entries(options.github ?? {})) checkOption(name, value, GITHUB_NAMES, "github.");
  const env = Object.freeze({ ...(options.env ?? process.env) });
  return {
    environment: options.environment ?? (variableIn(env, "FLAGS_ENV") || "development"),
    database: options.database,
    definitions: options.definitions,
    env,
    // Resolved now, so that a program that changes its working directory later does not lose the file and the kills in it.
    overrideSources: locatedSources(env, (option) => options[option]).map((source) => {
      return { ...source, path: resolve(source.path) };
    }),
    snapshotFile: options.snapshotFile ?? snapshotFileIn(env),
    bundled: options.bundled,
    pollIntervalMs: delayIn("pollIntervalMs", options.pollIntervalMs ?? 10_000),
    initialTimeoutMs: delayIn("initialTimeoutMs", options.initialTimeoutMs ?? 1500),
    staleAfterMs: delayIn("staleAfterMs", options.staleAfterMs ?? 60_000),
    logger: safeLogger(options.logger ?? stderrLogger()),
    heartbeat: options.heartbeat ?? true,
    github: { ...options.github },
  };
}

/** Returns the path in `FLAGS_SNAPSHOT_FILE`; false for `none` or `false`; undefined if the variable is empty or not set. */
function snapshotFileIn(env: Variables): string | false | undefined {
  const value = variableIn(env, "FLAGS_SNAPSHOT_FILE") ?? "";
  if (value === "") return undefined;
  return /^(?:none|false)$/i.test(value) ? false : value;
}

function checkOption(name: string, value: unknown, names: Readonly<Record<string, string>>, within = ""): void {
  const expected = own(names, name);
  if (expected === undefined) {
    const known = Object.keys(names).map((each) => `${within}${each}`);
    throw new FlagError("USAGE", `option "${within}${name}" does not exist; valid options: ${known.join(", ")}`);
  }
  if (value === undefined || expected.split(" or ").some((word) => fits(word, value))) return;
  if (value === "") throw new FlagError("USAGE", `option ${within}${name} must not be an empty string`);
  const found = value === null ? "null" : typeof value;
  throw new FlagError("USAGE", `option ${within}${name} must have the type ${expected}, not ${found}`);
}

function fits(word: string, value: unknown): boolean {
  if (word === "false") return value === false;
  if (word === "string") return typeof value === "string" && value !== "";
  return word === typeof value && value !== null;
}

function delayIn(name: string, delayMs: number): number {
  if (Number.isFinite(delayMs) && delayMs >= 0) return clampedDelay(delayMs);
  throw new FlagError("USAGE", `option ${name} must be a number of milliseconds from 250 to 86400000, not ${delayMs}`);
}
