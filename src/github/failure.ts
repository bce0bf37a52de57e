import { visible } from "../core/diagnostic/diagnostic-text.ts";
import { FlagError } from "../core/errors.ts";

/**
 * What octokit threw, as what a person can act on: what was tried, what GitHub said, what to do.
 *
 * @param doing  completes "could not …": `comment on #12`, `read the labels of acme/flags`
 * @returns      GITHUB_UNREACHABLE, GITHUB_REFUSED, GITHUB_RATE_LIMITED or GITHUB_CONFLICT; a FlagError as it came
 * @throws       what did not come from a request: a mistake of ours is no failure of GitHub's
 */
export function gitHubFailure(error: unknown, doing: string): FlagError {
  if (error instanceof FlagError) return error;
  const failed = failedRequest(error);
  if (failed === undefined) throw error;
  const { code, said, hint } = failed.headers === undefined ? noAnswer(failed) : refusal(failed, failed.headers);
  // Octokit's error holds the whole request; what is kept of it is what may be shown.
  const status = failed.headers === undefined ? undefined : failed.status;
  const cause = new RequestFailure(`${failed.method} ${failed.path}: ${failed.message}`, status);
  return new FlagError(code, `could not ${doing}: ${said}`, { hint, cause });
}

/** What octokit threw, without what was sent. */
class RequestFailure extends Error {
  override readonly name = "RequestFailure";
  /** Of GitHub's answer; undefined where none came. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined) {
    super(message);
    this.status = status;
  }
}

/** The status of GitHub's answer to a failed request, octokit's error or ours; undefined where none came. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof FlagError) return error.cause instanceof RequestFailure ? error.cause.status : undefined;
  const failed = failedRequest(error);
  return failed?.headers === undefined ? undefined : failed.status;
}

/** A right that the token lacks, as opposed to a limit, a token that nobody knows, or an outage; octokit's error or ours. */
export function isForbidden(error: unknown): boolean {
  const status = statusOf(error);
  if (error instanceof FlagError) return error.code === "GITHUB_REFUSED" && (status === 403 || status === 404);
  const failed = failedRequest(error);
  if (failed?.headers === undefined || isRateLimit(failed, failed.headers)) return false;
  // To a token that may not even know of it, GitHub says that a thing is not there.
  return status === 403 || status === 404;
}

interface FailedRequest {
  readonly status: number;
  readonly message: string;
  readonly method: string;
  readonly path: string;
  /** Undefined where no answer came. */
  readonly headers: Readonly<Record<string, unknown>> | undefined;
}

interface Told {
  readonly code: "GITHUB_UNREACHABLE" | "GITHUB_REFUSED" | "GITHUB_RATE_LIMITED" | "GITHUB_CONFLICT";
  readonly said: string;
  readonly hint: string;
}

const MOST_SAID = 300;
const STATUS_PAGE = "try again in a few minutes; https://www.githubstatus.com says whether it is known";

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
    message: visible(said).slice(0, MOST_SAID),
    method: String(request["method"]),
    path: URL.canParse(url) ? new URL(url).pathname : url,
    headers,
  };
}

/** GitHub's own words, its list of errors included; a page of a proxy is not quoted. */
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

function noAnswer({ message }: FailedRequest): Told {
  return {
    code: "GITHUB_UNREACHABLE",
    said: `GitHub did not answer (${message})`,
    hint: /certificate|self.signed/i.test(message)
      ? "a server with a certificate of its own: name its authority in NODE_EXTRA_CA_CERTS"
      : "is the network there, and does GITHUB_API_URL name the right server? Then try again",
  };
}

function refusal(failed: FailedRequest, headers: Readonly<Record<string, unknown>>): Told {
  const { status, message } = failed;
  const said = `GitHub says "${message}" (${status})`;
  if (status >= 500) {
    const answered = message.startsWith("HTTP ") ? `${status}` : `${status}, "${message}"`;
    return {
      code: "GITHUB_UNREACHABLE",
      said: `GitHub answered with an error of its own (${answered})`,
      hint: STATUS_PAGE,
    };
  }
  if (isRateLimit(failed, headers)) return limited(failed, headers);
  if (status === 401)
    return {
      code: "GITHUB_REFUSED",
      said,
      hint: "the token is wrong or has expired: set a new one in FLAGS_GITHUB_TOKEN or GITHUB_TOKEN",
    };
  if (isProtection(message))
    return { code: "GITHUB_REFUSED", said, hint: "the branch is protected: change it through a pull request" };
  if (status === 403) return { code: "GITHUB_REFUSED", said, hint: forbiddenHint(failed, headers) };
  if (status === 404)
    return {
      code: "GITHUB_REFUSED",
      said,
      hint: `it is not there, or the token may not see it: it needs ${rightFor(failed, headers)}`,
    };
  if (status === 410)
    return {
      code: "GITHUB_REFUSED",
      said,
      hint: "it was deleted, or is switched off in the settings of the repository",
    };
  const isConflict = status === 409 || status === 412 || /not a fast.?forward|reference already exists/i.test(message);
  if (isConflict)
    return { code: "GITHUB_CONFLICT", said, hint: "somebody was faster: look at what is there now, and try again" };
  return { code: "GITHUB_REFUSED", said, hint: "GitHub does not take the request as it stands" };
}

function isRateLimit({ status, message }: FailedRequest, headers: Readonly<Record<string, unknown>>): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    String(headers["x-ratelimit-remaining"]) === "0" ||
    /secondary rate|abuse detection|rate limit exceeded/i.test(message)
  );
}

function limited({ message }: FailedRequest, headers: Readonly<Record<string, unknown>>): Told {
  const isPrimary = String(headers["x-ratelimit-remaining"]) === "0";
  const which = isPrimary ? "GitHub's rate limit is used up" : "GitHub takes no more requests for the moment";
  return {
    code: "GITHUB_RATE_LIMITED",
    said: `${which} ("${message}")`,
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

/** Of a protected branch, or of the rules of a repository. */
function isProtection(message: string): boolean {
  return /protected branch|GH00[36]|repository rule violation|must be made through a pull request|push declined/i.test(
    message,
  );
}

function forbiddenHint(failed: FailedRequest, headers: Readonly<Record<string, unknown>>): string {
  if (/\bSAML\b|\bSSO\b/.test(failed.message) || headers["x-github-sso"] !== undefined)
    return "authorise the token for the organisation's single sign-on: github.com/settings/tokens, Configure SSO";
  if (/archived/i.test(failed.message)) return "the repository is archived: nothing can be written to it";
  return `the token needs ${rightFor(failed, headers)}     (in a workflow: under permissions:)`;
}

/** GitHub names the right for new tokens; for others it follows from what was asked. */
function rightFor({ method, path }: FailedRequest, headers: Readonly<Record<string, unknown>>): string {
  const accepted = headers["x-accepted-github-permissions"];
  if (typeof accepted === "string" && accepted !== "") {
    const anyOf = visible(accepted).split(";");
    return anyOf.map((allOf) => allOf.split(",").map(rightText).join(" and ")).join(", or ");
  }
  const level = method === "GET" || method === "HEAD" ? "read" : "write";
  return `${RIGHTS.find(([pattern]) => pattern.test(path))?.[1] ?? "contents"}: ${level}`;
}

/** `pull_requests=write` as a workflow writes it. */
function rightText(right: string): string {
  return right.trim().replaceAll("_", "-").replace("=", ": ");
}

const RIGHTS: readonly (readonly [RegExp, string])[] = [
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
