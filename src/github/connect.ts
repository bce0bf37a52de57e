import { Octokit } from "octokit";
import packageFile from "../../package.json" with { type: "json" };
import { FlagError } from "../core/errors.ts";
import { variableIn } from "../core/variable.ts";
import type { Environment } from "../history/git-environment.ts";
import { completeFetch } from "./complete-fetch.ts";
import { type RepositoryAddress, repositoryAddress } from "./repository-address.ts";
import { own } from "../core/own.ts";

/** A connection to one repository on GitHub. */
export interface GitHub extends Pick<RepositoryAddress, "repository"> {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly repo: string;
}

/** The repository to connect to, the token, and the limits of requests. */
export interface ConnectOptions extends RepositoryAddress {
  /** The token. It contains only characters that a header may contain. */
  readonly token: string;
  /**
   * The maximum number of retries of a request after a server or network error, sent after 1, 4, 9 … seconds. Default:
   * 3. With 0, the client neither waits for rate limits nor spaces writes.
   */
  readonly retries?: number | undefined;
  /** The time for one complete response; 30 seconds unless given. */
  readonly timeoutMs?: number | undefined;
  /** Called before waits and repeated attempts, with the reason. */
  readonly note?: ((text: string) => void) | undefined;
  /** The length of "a second" in waits between attempts, so that tests can shorten it. */
  readonly secondMs?: number | undefined;
}

/** The longest wait for the end of a rate limit, in seconds. */
export const MAX_WAIT_S = 90;
/** The maximum number of times that one request waits for the end of a rate limit. */
export const MAX_WAITS = 2;

/** Statuses for which a repeated request would fail again. Rate limits have their own wait. */
const NEVER_REPEATED = [400, 401, 403, 404, 409, 410, 422, 429, 451];

/** Connects to the API for one repository, with octokit's throttling and retries. Sends no request. */
export function connectGitHub(options: ConnectOptions): GitHub {
  const { token, repository, apiUrl, retries = 3, timeoutMs = 30_000, note = () => {}, secondMs = 1_000 } = options;
  const [owner = "", repo = ""] = repository.split("/");
  const waits = (limit: string) => (seconds: number, _request: unknown, _octokit: unknown, count: number) => {
    const isAcceptable = seconds <= MAX_WAIT_S && count < MAX_WAITS;
    if (isAcceptable) note(`${limit} is used up: waiting ${seconds} s`);
    return isAcceptable;
  };
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: `flaghoist/${packageFile.version}`,
    request: { fetch: completeFetch({ apiUrl, timeoutMs, token, note: retries > 0 ? note : () => {} }) },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    retry: { enabled: retries > 0, retries, doNotRetry: NEVER_REPEATED, retryAfterBaseValue: secondMs },
    throttle: {
      enabled: retries > 0,
      retryAfterBaseValue: secondMs,
      onRateLimit: waits("GitHub's rate limit"),
      onSecondaryRateLimit: waits("GitHub's limit for concurrent requests"),
    },
  });
  return { octokit, owner, repo, repository };
}

/** The variables that may contain the token, in order of precedence. */
export const TOKEN_VARIABLES = ["FLAGS_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"] as const;

/**
 * Connects with the settings in environment variables: the token from {@link TOKEN_VARIABLES}, the repository as
 * repositoryAddress finds it, FLAGS_GITHUB_RETRIES (0–10) and FLAGS_GITHUB_TIMEOUT (seconds).
 *
 * @param folder  inside the clone; absent when there is none
 * @throws FlagError USAGE when the token or the repository is missing or malformed
 */
export async function gitHubFrom(env: Environment, folder?: string, note?: (text: string) => void): Promise<GitHub> {
  const variable = TOKEN_VARIABLES.find((name) => own(env, name)?.trim());
  if (variable === undefined)
    throw new FlagError("USAGE", "no GitHub token: none of FLAGS_GITHUB_TOKEN, GITHUB_TOKEN and GH_TOKEN is set", {
      hint: "export GITHUB_TOKEN=$(gh auth token)     (in a workflow: env: { GITHUB_TOKEN: ${{ github.token }} })",
    });
  const token = (env[variable] ?? "").trim();
  // Anything else is invalid in a header, and the error of fetch would quote it.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new FlagError("USAGE", `${variable} contains white space or characters that are not valid in a token`, {
      hint: "set it to exactly one token, without quotes or line endings",
    });
  const seconds = numberIn(env, "FLAGS_GITHUB_TIMEOUT", 0.1, 600);
  return connectGitHub({
    token,
    ...(await repositoryAddress(env, folder)),
    retries: numberIn(env, "FLAGS_GITHUB_RETRIES", 0, 10),
    timeoutMs: seconds && seconds * 1_000,
    note,
  });
}

function numberIn(env: Environment, name: string, least: number, most: number): number | undefined {
  const text = variableIn(env, name);
  if (!text) return undefined;
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new FlagError("USAGE", `${name} is ${JSON.stringify(text)}; set it to a number from ${least} to ${most}`);
}
