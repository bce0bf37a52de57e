import { visible } from "../core/diagnostic/diagnostic-text.ts";
import { FlagError } from "../core/errors.ts";

/** Sends a request. @throws FlagError as gitHubFailure says */
export async function attempt<T>(doing: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw gitHubFailure(error, doing);
  }
}

/**
 * Converts an error of octokit into one that says what was tried, what GitHub answered and what to do.
 *
 * @param doing  completes "could not …": `comment on #12`, `read the labels of acme/flags`
 * @returns      GITHUB_UNREACHABLE, GITHUB_REFUSED, GITHUB_RATE_LIMITED or GITHUB_CONFLICT; a FlagError is returned as it is
 * @throws       any error that does not come from a request
 */
export function gitHubFailure(error: unknown, doing: string): FlagError {
  if (error instanceof FlagError) return error;
  const failed = failedRequest(error);
  if (failed === undefined) throw error;
  const { code, answer, hint } = failed.headers === undefined ? noAnswer(failed) : refusal(failed, failed.headers);
  // Octokit's error contains the whole request with its token; only what may be shown is kept.
  const status = failed.headers === undefined ? undefined : failed.status;
  const cause = new RequestFailure(`${failed.method} ${failed.path}: ${failed.message}`, status);
  return new FlagError(code, `could not ${doing}: ${answer}`, { hint, cause });
}

/** A failed request without what was sent. */
class RequestFailure extends Error {
  override readonly name = "RequestFailure";
  /** The status of GitHub's answer; undefined when there was none. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined) {
    super(message);
    this.status = status;
  }
}

/** Returns the HTTP status of a failed request, from octokit's error or a FlagError; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof FlagError) return error.cause instanceof RequestFailure ? error.cause.status : undefined;
  const failed = failedRequest(error);
  return failed?.headers === undefined ? undefined : failed.status;
}

/** Whether the token lacks a permission, as opposed to a rate limit, an invalid token or an outage. Takes octokit's error or a FlagError. */
export function isForbidden(error: unknown): boolean {
  const status = statusOf(error);
  if (error instanceof FlagError) return error.code === "GITHUB_REFUSED" && (status === 403 || status === 404);
  const failed = failedRequest(error);
  if (failed?.headers === undefined || isRateLimit(failed, failed.headers)) return false;
  // GitHub answers 404 for things that a token may not see.
  return status === 403 || status === 404;
}

interface FailedRequest {
  readonly status: number;
  readonly message: string;
  readonly method: string;
  readonly path: string;
  /** Undefined when there was no answer. */
  readonly headers: Readonly<Record<string, unknown>> | undefined;
}

interface Explanation {
  readonly code: "GITHUB_UNREACHABLE" | "GITHUB_REFUSED" | "GITHUB_RATE_LIMITED" | "GITHUB_CONFLICT";
  readonly answer: string;
  readonly hint: string;
}

const MAX_QUOTED = 300;
const STATUS_PAGE = "try again in a few minutes; https://www.githubstatus.com shows known incidents";

function failedRequest(error: unknown): FailedRequest | undefined {
  if (!(error instanceof Error) || !("status" in error) || !("request" in error)) return undefined;
  const { status, request } = error;
  if (typeof status !== "number" || !isRecord(request)) return undefined;
  const url = String(request["url"]);
  const response = "response" in error && isRecord(error.response) ? error.response : undefined;
  const headers = response === undefined ? undefined : isRecord(response["headers"]) ? response["headers"] : {};
  const said = response === undefined ? error.message : messageOf(response["data"], status);
  return {
    status,
    message: visible(said).slice(0, MAX_QUOTED),
    method: String(request["method"]),
    path: URL.canParse(url) ? new URL(url).pathname : url,
    headers,
  };
}

/** Returns GitHub's message with its list of errors. The page of a proxy is not quoted. */
function messageOf(data: unknown, status: number): string {
  if (!isRecord(data) || typeof data["message"] !== "string") return `HTTP ${status}`;
  const errors = Array.isArray(data["errors"]) ? data["errors"].flatMap(errorText) : [];
  return [data["message"], ...errors].join("; ");
}

function errorText(error: unknown): string | [] {
  if (typeof error === "string") return error;
  if (!isRecord(error)) return [];
  const { message, resource, field, code } = error;
  if (typeof message === "string") return message;
  const words = [resource, field, code].filter((word) => typeof word === "string");
  return words.length === 0 ? [] : words.join(" ");
}

function noAnswer({ message }: FailedRequest): Explanation {
  return {
    code: "GITHUB_UNREACHABLE",
    answer: `GitHub did not answer (${message})`,
    hint: /certificate|self.signed/i.test(message)
      ? "for a server with its own certificate authority, set NODE_EXTRA_CA_CERTS"
      : "check the network connection and GITHUB_API_URL, then try again",
  };
}

function refusal(failed: FailedRequest, headers: Readonly<Record<string, unknown>>): Explanation {
  const { status, message } = failed;
  const answer = `GitHub says "${message}" (${status})`;
  if (status >= 500) {
    const quoted = message.startsWith("HTTP ") ? `${status}` : `${status}, "${message}"`;
    return {
      code: "GITHUB_UNREACHABLE",
      answer: `GitHub failed with a server error (${quoted})`,
      hint: STATUS_PAGE,
    };
  }
  if (isRateLimit(failed, headers)) return limited(failed, headers);
  if (status === 401)
    return {
      code: "GITHUB_REFUSED",
      answer,
      hint: "the token is invalid or has expired; set a new one in FLAGS_GITHUB_TOKEN or GITHUB_TOKEN",
    };
  if (isProtection(message))
    return { code: "GITHUB_REFUSED", answer, hint: "the branch is protected: change it through a pull request" };
  if (status === 403) return { code: "GITHUB_REFUSED", answer, hint: forbiddenHint(failed, headers) };
  if (status === 404)
    return {
      code: "GITHUB_REFUSED",
      answer,
      hint: `it does not exist, or the token needs ${permissionFor(failed, headers)}`,
    };
  if (status === 410)
    return {
      code: "GITHUB_REFUSED",
      answer,
      hint: "it was deleted, or is disabled in the settings of the repository",
    };
  const isConflict = status === 409 || status === 412 || /not a fast.?forward|reference already exists/i.test(message);
  if (isConflict)
    return {
      code: "GITHUB_CONFLICT",
      answer,
      hint: "something else changed it first: look at the current state, then try again",
    };
  return { code: "GITHUB_REFUSED", answer, hint: "GitHub does not accept the request" };
}

function isRateLimit({ status, message }: FailedRequest, headers: Readonly<Record<string, unknown>>): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    String(headers["x-ratelimit-remaining"]) === "0" ||
    /secondary rate|abuse detection|rate limit exceeded/i.test(message)
  );
}

function limited({ message }: FailedRequest, headers: Readonly<Record<string, unknown>>): Explanation {
  const isPrimary = String(headers["x-ratelimit-remaining"]) === "0";
  const which = isPrimary ? "GitHub's rate limit is used up" : "GitHub accepts no more requests for the moment";
  return {
    code: "GITHUB_RATE_LIMITED",
    answer: `${which} ("${message}")`,
    hint: `${untilText(isPrimary, headers)} and try again`,
  };
}

function untilText(isPrimary: boolean, headers: Readonly<Record<string, unknown>>): string {
  const after = Number(headers["retry-after"]);
  if (after > 0) return `wait ${after} s`;
  const reset = Number(headers["x-ratelimit-reset"]);
  if (isPrimary && reset > 0 && reset < 1e11)
    return `wait until ${new Date(reset * 1_000).toISOString().slice(11, 19)} UTC`;
  return "wait a minute";
}

/** Whether a protected branch or a repository rule refused the request. */
function isProtection(message: string): boolean {
  return /protected branch|GH00[36]|repository rule violation|must be made through a pull request|push declined/i.test(
    message,
  );
}

function forbiddenHint(failed: FailedRequest, headers: Readonly<Record<string, unknown>>): string {
  if (/\bSAML\b|\bSSO\b/.test(failed.message) || headers["x-github-sso"] !== undefined)
    return "authorise the token for the organisation's single sign-on: github.com/settings/tokens, Configure SSO";
  if (/archived/i.test(failed.message)) return "the repository is archived: nothing can be written to it";
  return `the token needs ${permissionFor(failed, headers)}     (in a workflow: under permissions:)`;
}

/** Returns the missing permission: GitHub names it for fine-grained tokens, for others it follows from the request. */
function permissionFor({ method, path }: FailedRequest, headers: Readonly<Record<string, unknown>>): string {
  const accepted = headers["x-accepted-github-permissions"];
  if (typeof accepted === "string" && accepted !== "") {
    const anyOf = visible(accepted).split(";");
    return anyOf.map((allOf) => allOf.split(",").map(permissionText).join(" and ")).join(", or ");
  }
  const level = method === "GET" || method === "HEAD" ? "read" : "write";
  return `${PERMISSIONS.find(([pattern]) => pattern.test(path))?.[1] ?? "contents"}: ${level}`;
}

/** `pull_requests=write` → `pull-requests: write`, as in a workflow. */
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
