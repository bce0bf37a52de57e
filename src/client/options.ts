import { resolve } from "node:path";
import type { FlagDefinitions } from "../core/flag/definitions.ts";
import { FlagError } from "../core/errors.ts";
import { type Logger, safeLogger, stderrLogger } from "./logger.ts";
import { clampedDelay } from "./clock.ts";

/** How a client is set up. Everything may be left out. Delays are clamped to 250 ms … 24 h. */
export interface FlagsOptions {
  /** Default: `FLAGS_ENV`, else `development`. */
  readonly environment?: string | undefined;
  /** `file:…` or `postgres://…`. Default: `FLAGS_DATABASE_URL_<ENV>`, else `FLAGS_DATABASE_URL`, else the embedded one. */
  readonly database?: string | undefined;
  /** What `hoist generate` wrote: answers from its fallbacks while there is no data at all. */
  readonly definitions?: FlagDefinitions | undefined;
  /** Read once, when the client is created. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Overrides that apply without a restart: `FEATURE_X=false` lines, read again every 2 s. Default: `FLAGS_OVERRIDE_FILE`. */
  readonly overrideFile?: string | undefined;
  /**
   * Where the last good snapshot is kept, for a start while the database is down; false: nowhere. Default:
   * `FLAGS_SNAPSHOT_FILE`, else beside the embedded database, else in the nearest `.flaghoist` folder.
   */
  readonly snapshotFile?: string | false | undefined;
  /** A snapshot shipped with the application: the path of one, or its parsed JSON. Used when there is no other. */
  readonly bundled?: unknown;
  /** How often the database is asked for its revision, give or take 20 %. Default: 10 000. */
  readonly pollIntervalMs?: number | undefined;
  /** How long {@link createFlags} waits for data. Default: 1500. */
  readonly initialTimeoutMs?: number | undefined;
  /** How long after the last successful check answers count as stale. Default: 60 000. */
  readonly staleAfterMs?: number | undefined;
  /** False: says nothing. Default: lines on stderr. */
  readonly logger?: Logger | false | undefined;
  /** Whether the database is told which revision and overrides this process has. Default: true. */
  readonly heartbeat?: boolean | undefined;
  /** Where `updateToggle` opens its pull requests. Default: from the environment, as the `hoist` commands do. */
  readonly github?: GitHubOptions | undefined;
}

/** The repository that holds the flags. Nothing of it is asked before the first `updateToggle`. */
export interface GitHubOptions {
  /** `owner/name`. Default: `GITHUB_REPOSITORY`. */
  readonly repository?: string | undefined;
  /** May write contents and pull requests. Default: `FLAGS_GITHUB_TOKEN`, else `GITHUB_TOKEN`, else `GH_TOKEN`. */
  readonly token?: string | undefined;
  /** For GitHub Enterprise, e.g. `https://github.acme.dev/api/v3`. Default: `GITHUB_API_URL`, else github.com's. */
  readonly apiUrl?: string | undefined;
  /** The folder that holds `flags/`, from the top of the repository. Default: the top. */
  readonly folder?: string | undefined;
}

/** Options as they are used: checked, complete, and independent of what becomes of the objects handed in. */
export interface Settings {
  readonly environment: string;
  readonly database: string | undefined;
  readonly definitions: FlagDefinitions | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly overrideFile: string | undefined;
  readonly snapshotFile: string | false | undefined;
  readonly bundled: unknown;
  readonly pollIntervalMs: number;
  readonly initialTimeoutMs: number;
  readonly staleAfterMs: number;
  readonly logger: Logger;
  readonly heartbeat: boolean;
  readonly github: GitHubOptions;
}

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

/** @throws FlagError USAGE for an option that does not exist or is not of its type */
export function settingsFrom(options: FlagsOptions): Settings {
  for (const [name, value] of Object.entries(options)) checkOption(name, value, NAMES);
  for (const [name, value] of Object.entries(options.github ?? {})) checkOption(name, value, GITHUB_NAMES, "github.");
  const env = Object.freeze({ ...(options.env ?? process.env) });
  // A program that changes its folder later must not lose the file, and the kill in it.
  const overrideFile = options.overrideFile ?? given(env, "FLAGS_OVERRIDE_FILE");
  return {
    environment: options.environment ?? given(env, "FLAGS_ENV") ?? "development",
    database: options.database,
    definitions: options.definitions,
    env,
    overrideFile: overrideFile === undefined ? undefined : resolve(overrideFile),
    snapshotFile: options.snapshotFile ?? given(env, "FLAGS_SNAPSHOT_FILE"),
    bundled: options.bundled,
    pollIntervalMs: delayIn("pollIntervalMs", options.pollIntervalMs ?? 10_000),
    initialTimeoutMs: delayIn("initialTimeoutMs", options.initialTimeoutMs ?? 1500),
    staleAfterMs: delayIn("staleAfterMs", options.staleAfterMs ?? 60_000),
    logger: safeLogger(options.logger ?? stderrLogger()),
    heartbeat: options.heartbeat ?? true,
    github: { ...options.github },
  };
}

/** An empty variable counts as not set: compose files write `FLAGS_ENV=`. */
function given(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function checkOption(name: string, value: unknown, names: Readonly<Record<string, string>>, within = ""): void {
  const expected = Object.hasOwn(names, name) ? names[name] : undefined;
  if (expected === undefined) {
    const known = Object.keys(names).map((each) => `${within}${each}`);
    throw new FlagError("USAGE", `createFlags has no option "${within}${name}"; it has ${known.join(", ")}`);
  }
  if (value === undefined || expected.split(" or ").some((word) => fits(word, value))) return;
  throw new FlagError(
    "USAGE",
    `option ${within}${name}: expected ${expected}, found ${value === null ? "null" : typeof value}`,
  );
}

function fits(word: string, value: unknown): boolean {
  if (word === "false") return value === false;
  if (word === "string") return typeof value === "string" && value !== "";
  return word === typeof value && value !== null;
}

function delayIn(name: string, delayMs: number): number {
  if (Number.isFinite(delayMs) && delayMs >= 0) return clampedDelay(delayMs);
  throw new FlagError("USAGE", `option ${name}: expected milliseconds from 250 to 86400000, found ${delayMs}`);
}
