import { RequestError } from "octokit";
import { printable } from "../core/printable.ts";
import { FlagError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";

/** Sends a request. @throws the error that {@link gitHubFailure} returns */
export async function attempt<T>(doing: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw gitHubFailure(error, doing);
  }
}

/** Returns a handler of errors that returns undefined for responses with these statuses, and throws every other error. */
export function absentFor(...statuses: readonly number[]): (error: unknown) => undefined {
  return (error) => {
    if (!statuses.some((status) => status === statusOf(error))) throw error;
  };
}

/**
 * Converts an error of octokit into one that says what was tried, what GitHub responded and what to do.
 *
 * @param doing  completes "could not …": `comment on #12`, `read the labels of acme/flags`
 * @returns      GITHUB_UNREACHABLE, GITHUB_REFUSED, GITHUB_RATE_LIMITED or GITHUB_CONFLICT; a FlagError is returned as it is
 * @throws       any error that does not come from a request
 */
export function gitHubFailure(error: unknown, doing: string): FlagError {
  if (error instanceof FlagError) return error;
  const failed = failedRequest(error);
  if (failed === undefined) throw error;
  const { code, answer, hint } = explanationOf(failed);
  // Octokit's error contains the whole request with its token; only what may be shown is kept.
  const cause = new RequestFailure(`${failed.method} ${failed.path}: ${failed.message}`, failed.status);
  return new FlagError(code, `could not ${doing}: ${answer}`, { hint, cause });
}

/** A failed request without what was sent. */
class RequestFailure extends Error {
  override readonly name = "RequestFailure";
  /** The status of GitHub's response; undefined when there was none. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined) {
    super(message);
    this.status = status;
  }
}

/** Returns the HTTP status of a failed request, from octokit's error or a FlagError; undefined when there was no response. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof FlagError) return error.cause instanceof RequestFailure ? error.cause.status : undefined;
  return failedRequest(error)?.status;
}

/** Returns whether the token lacks a permission, as opposed to a rate limit, an invalid token or an outage. Takes a FlagError. */
export function isForbidden(error: unknown): boolean {
  const status = statusOf(error);
  // GitHub responds with 404 for things that a token may not see.
  return error instanceof FlagError && error.code === "GITHUB_REFUSED" && (status === 403 || status === 404);
}

interface FailedRequest {
  /** Undefined when there was no response. */
  readonly status: number | undefined;
  readonly message: string;
  readonly method: string;
  readonly path: string;
  /** The headers of the response. */
  readonly headers: Readonly<Record<string, unknown>>;
}

interface Explanation {
  readonly code: "GITHUB_UNREACHABLE" | "GITHUB_REFUSED" | "GITHUB_RATE_LIMITED" | "GITHUB_CONFLICT";
  readonly answer: string;
  readonly hint: string;
}

const MAX_QUOTED = 300;

function failedRequest(error: unknown): FailedRequest | undefined {
  if (!(error instanceof RequestError)) return undefined;
  const { request, response } = error;
  const { method, url } = request;
  const message = response === undefined ? error.message : messageOf(response.data, error.status);
  return {
    status: response && error.status,
    message: printable(message).slice(0, MAX_QUOTED),
    method,
    path: URL.canParse(url) ? new URL(url).pathname : url,
    headers: response?.headers ?? {},
  };
}

/** Returns GitHub's message with its list of errors. The page of a proxy is not quoted. */
function messageOf(data: unknown, status: number): string {
  if (!isJsonObject(data) || typeof data["message"] !== "string") return `HTTP ${status}`;
  const errors = Array.isArray(data["errors"]) ? data["errors"].flatMap(errorText) : [];
  return [data["message"], ...errors].join("; ");
}

function errorText(error: unknown): string | [] {
  if (typeof error === "string") return error;
  if (!isJsonObject(error)) return [];
  const { message, resource, field, code } = error;
  if (typeof message === "string") return message;
  const words = [resource, field, code].filter((word) => typeof word === "string");
  return words.length === 0 ? [] : words.join(" ");
}

function explanationOf(failed: FailedRequest): Explanation {
  const { status, message } = failed;
  if (status === undefined)
    return {
      code: "GITHUB_UNREACHABLE",
      answer: `GitHub did not respond (${message})`,
      hint: /certificate|self.signed/i.test(message)
        ? "for a server with its own certificate authority, set NODE_EXTRA_CA_CERTS"
        : "check the network connection and GITHUB_API_URL, then try again",
    };
  if (status >= 500) {
    const quoted = message.startsWith("HTTP ") ? `${status}` : `${status}, "${message}"`;
    return {
      code: "GITHUB_UNREACHABLE",
      answer: `GitHub failed with a server error (${quoted})`,
      hint: "try again in a few minutes; https://www.githubstatus.com shows known incidents",
    };
  }
  if (isRateLimit(failed)) return rateLimit(failed);
  const answer = `GitHub says "${message}" (${status})`;
  const hint = refusalHint(failed);
  if (hint !== undefined) return { code: "GITHUB_REFUSED", answer, hint };
  return status === 409 || status === 412 || /not a fast.?forward|reference already exists/i.test(message)
    ? {
        code: "GITHUB_CONFLICT",
        answer,
        hint: "it was changed in the meantime: look at its current state, then try again",
      }
    : { code: "GITHUB_REFUSED", answer, hint: "GitHub does not accept the request" };
}

function isRateLimit({ status, message, headers }: FailedRequest): boolean {
  if (status !== 403) return status === 429;
  return isUsedUp(headers) || /secondary rate|abuse detection|rate limit exceeded/i.test(message);
}

function isUsedUp(headers: FailedRequest["headers"]): boolean {
  return String(headers["x-ratelimit-remaining"]) === "0";
}

function rateLimit({ message, headers }: FailedRequest): Explanation {
  const isPrimary = isUsedUp(headers);
  const which = isPrimary ? "GitHub's rate limit is used up" : "GitHub accepts no more requests at the moment";
  const [after, reset] = [Number(headers["retry-after"]), Number(headers["x-ratelimit-reset"])];
  let wait = "wait a minute";
  if (after > 0) wait = `wait ${after} s`;
  else if (isPrimary && reset > 0 && reset < 1e11)
    wait = `wait until ${new Date(reset * 1_000).toISOString().slice(11, 19)} UTC`;
  return { code: "GITHUB_RATE_LIMITED", answer: `${which} ("${message}")`, hint: `${wait} and try again` };
}

/** Matches GitHub's messages about protected branches and repository rules. */
const PROTECTION =
  /protected branch|GH00[36]|repository rule violation|must be made through a pull request|push declined/i;

/** Returns what to do about a refusal; undefined when neither its status nor its message says why. */
function refusalHint(failed: FailedRequest): string | undefined {
  const { status, message, headers } = failed;
  if (status === 401) return "the token is invalid or has expired; set a new one in FLAGS_GITHUB_TOKEN or GITHUB_TOKEN";
  if (PROTECTION.test(message)) return "the branch is protected: change it through a pull request";
  if (status === 404) return `it does not exist, or the token needs ${permissionFor(failed)}`;
  if (status === 410) return "it was deleted, or is disabled in the settings of the repository";
  if (status !== 403) return undefined;
  if (/\bSAML\b|\bSSO\b/.test(message) || headers["x-github-sso"] !== undefined)
    return "authorise the token for the organisation's single sign-on: github.com/settings/tokens, Configure SSO";
  if (/archived/i.test(message)) return "the repository is archived: nothing can be written to it";
  return `the token needs ${permissionFor(failed)}     (in a workflow: under permissions:)`;
}

/** Returns the missing permission: GitHub names it for fine-grained tokens; for others, it follows from the request. */
function permissionFor({ method, path, headers }: FailedRequest): string {
  const accepted = headers["x-accepted-github-permissions"];
  if (typeof accepted === "string" && accepted !== "") {
    const anyOf = printable(accepted).split(";");
    return anyOf.map((allOf) => allOf.split(",").map(permissionText).join(" and ")).join(", or ");
  }
  const level = method === "GET" || method === "HEAD" ? "read" : "write";
  return `${PERMISSIONS.find(([pattern]) => pattern.test(path))?.[1] ?? "contents"}: ${level}`;
}

/** Returns a permission as a workflow writes it: `pull-requests: write` for `pull_requests=write`. */
function permissionText(permission: string): string {
  return permission.trim().replaceAll("_", "-").replace("=", ": ");
}

const PERMISSIONS: readonly (readonly [RegExp, string])[] = [
  [/\/check-(runs|suites)/, "checks"],
  [/\/statuses\//, "statuses"],
  [/\/commits\/[^/]+\/pulls$/, "pull-requests"],
  [/\/pulls(\/|$)/, "pull-requests"],
  [/\/issues\/(\d+|comments)/, "pull-requests"],
  [/\/(issues|labels)(\/|$)/, "issues"],
];
