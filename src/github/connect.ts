import { Octokit } from "octokit";
import packageFile from "../../package.json" with { type: "json" };
import { FlagError } from "../core/errors.ts";
import type { Environment } from "../history/git-environment.ts";
import { answerOf, type Waiting } from "./answer.ts";
import { checkedApiUrl, placeOf } from "./repository-address.ts";

/** One repository on GitHub, and the right to ask about it. */
export interface GitHub {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly repo: string;
  /** `owner/repo`. */
  readonly repository: string;
  readonly apiUrl: string;
}

export interface ConnectOptions {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** github.com's unless given. */
  readonly apiUrl?: string | undefined;
  /**
   * How often a request is sent again after an error of GitHub's own or of the network: after 1, 4, 9 … seconds. 3 unless given.
   * With 0 no limit is waited for either, and writes are not spaced.
   */
  readonly retries?: number | undefined;
  /** For one answer, from the first byte to the last; 30 seconds unless given. */
  readonly timeoutMs?: number | undefined;
  /** Told when it waits, and what went wrong before another attempt. Nobody unless given. */
  readonly note?: ((text: string) => void) | undefined;
  /** What "a second" is in waits between attempts; a test that hurries gives less. */
  readonly secondMs?: number | undefined;
}

/** A rate limit that ends later than this is not waited for. */
export const LONGEST_WAIT_S = 90;
/** How often one request waits for the end of a rate limit. */
export const MOST_WAITS = 2;

const DEFAULT_RETRIES = 3;
const DEFAULT_TIMEOUT_MS = 30_000;
/** Asking again changes nothing: the request is wrong, refused, or meets something newer. Limits have their own wait. */
const NEVER_REPEATED = [400, 401, 403, 404, 409, 410, 422, 429, 451];

/**
 * GitHub's API for one repository, with octokit's own throttling and retries. Asks nothing yet.
 *
 * @throws FlagError USAGE for a token or an address that cannot be one
 */
export function connectGitHub(options: ConnectOptions): GitHub {
  const { token, repository, retries = DEFAULT_RETRIES, note = () => {}, secondMs = 1_000 } = options;
  const apiUrl = checkedApiUrl(options.apiUrl ?? "https://api.github.com");
  const [owner = "", repo = ""] = repository.split("/");
  if (!isToken(token)) throw badToken("the token");
  const waits = (limit: string) => (seconds: number, _request: unknown, _octokit: unknown, count: number) => {
    const isBearable = seconds <= LONGEST_WAIT_S && count < MOST_WAITS;
    if (isBearable) note(`${limit} is used up: waiting ${seconds} s`);
    return isBearable;
  };
  const waiting: Waiting = {
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    token,
    note: retries > 0 ? note : () => {},
  };
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: `flaghoist/${packageFile.version}`,
    request: { fetch: answerOf(waiting) },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    retry: { enabled: retries > 0, retries, doNotRetry: NEVER_REPEATED, retryAfterBaseValue: secondMs },
    throttle: {
      enabled: retries > 0,
      retryAfterBaseValue: secondMs,
      onRateLimit: waits("GitHub's rate limit"),
      onSecondaryRateLimit: waits("GitHub's limit for many requests at once"),
    },
  });
  return { octokit, owner, repo, repository, apiUrl };
}

/** Where a token is looked for, in this order. */
export const TOKEN_VARIABLES = ["FLAGS_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"] as const;

/**
 * GitHub as the environment describes it: the token from {@link TOKEN_VARIABLES}, the repository as placeOf finds it,
 * FLAGS_GITHUB_RETRIES (0–10) and FLAGS_GITHUB_TIMEOUT (seconds) in place of the defaults.
 *
 * @param folder of the clone; none where there is no clone
 * @throws FlagError USAGE where a token or a repository is missing or cannot be one
 */
export async function gitHubFrom(env: Environment, folder?: string, note?: (text: string) => void): Promise<GitHub> {
  const variable = TOKEN_VARIABLES.find((name) => env[name]?.trim());
  if (variable === undefined)
    throw new FlagError("USAGE", "no GitHub token: none of FLAGS_GITHUB_TOKEN, GITHUB_TOKEN and GH_TOKEN is set", {
      hint: "export GITHUB_TOKEN=$(gh auth token)     (in a workflow: env: { GITHUB_TOKEN: ${{ github.token }} })",
    });
  const token = (env[variable] ?? "").trim();
  if (!isToken(token)) throw badToken(variable);
  const seconds = numberIn(env, "FLAGS_GITHUB_TIMEOUT", 0.1, 600);
  return connectGitHub({
    token,
    ...(await placeOf(env, folder)),
    retries: numberIn(env, "FLAGS_GITHUB_RETRIES", 0, 10),
    timeoutMs: seconds === undefined ? undefined : seconds * 1_000,
    note,
  });
}

/** Anything else cannot stand in a header; the platform's own error would quote it. */
function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function badToken(where: string): FlagError {
  return new FlagError("USAGE", `${where} holds white space or signs that no token has`, {
    hint: "is it one token, on one line, without quotes?",
  });
}

function numberIn(env: Environment, name: string, least: number, most: number): number | undefined {
  const text = env[name]?.trim();
  if (!text) return undefined;
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new FlagError("USAGE", `${name} is ${JSON.stringify(text)}, expected a number from ${least} to ${most}`);
}
