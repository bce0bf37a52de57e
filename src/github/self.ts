import type { GitHub } from "./connect.ts";
import { gitHubFailure, isForbidden } from "./failure.ts";

/** The account that a token acts as. */
export interface Self {
  readonly login: string;
  /** Of an app, as in GitHub Actions: then the login ends in `[bot]`, which no person's can. */
  readonly isApp: boolean;
}

/** The account that the token of a workflow acts as. */
const ACTIONS: Self = { login: "github-actions[bot]", isApp: true };

/**
 * Who writes with this token. The token of an app may not ask for its user; what it may ask on the other API tells its login,
 * and where that is refused too it is taken for the one that a workflow gets.
 *
 * @throws FlagError as gitHubFailure says, but not for that refusal
 */
export async function selfOf({ octokit }: GitHub): Promise<Self> {
  try {
    const { data } = await octokit.rest.users.getAuthenticated();
    return { login: data.login, isApp: data.type === "Bot" };
  } catch (error) {
    if (!isForbidden(error)) throw gitHubFailure(error, "ask whose the token is");
  }
  const login = await octokit.graphql("query { viewer { login } }").then(viewerOf, () => undefined);
  return login === undefined ? ACTIONS : { login: login.endsWith("[bot]") ? login : `${login}[bot]`, isApp: true };
}

/** Who wrote a comment or an issue; null for a deleted account. */
export interface Author {
  readonly login?: string;
  readonly type?: string;
}

/** Whether it was written with such a token. A marker proves nothing: anybody can paste one. */
export function isBy(author: Author | null | undefined, { login, isApp }: Self): boolean {
  if (author?.login?.toLowerCase() !== login.toLowerCase()) return false;
  return !isApp || author.type === "Bot";
}

/** Whose token wrote what GitHub answers with. */
export function authorOf(author: Author | null): Self | undefined {
  return author?.login === undefined ? undefined : { login: author.login, isApp: author.type === "Bot" };
}

function viewerOf(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("viewer" in answer)) return undefined;
  const { viewer } = answer;
  if (typeof viewer !== "object" || viewer === null || !("login" in viewer)) return undefined;
  return typeof viewer.login === "string" && viewer.login !== "" ? viewer.login : undefined;
}
