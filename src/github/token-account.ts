import { isJsonObject } from "../core/json.ts";
import type { GitHub } from "./connect.ts";
import { attempt, isForbidden } from "./failure.ts";

/** The account that a token acts as. */
export interface Account {
  readonly login: string;
  /** True for an app, as in GitHub Actions. Its login ends in `[bot]`, which a person's login cannot. */
  readonly isApp: boolean;
}

const GITHUB_ACTIONS: Account = { login: "github-actions[bot]", isApp: true };

/**
 * Finds the account that the token acts as. The token of an app may not read its own user, but GraphQL returns its login. When
 * that is refused as well, the account of GitHub Actions is assumed.
 *
 * @throws the errors of {@link attempt}, except for that refusal
 */
export async function tokenAccount({ octokit }: GitHub): Promise<Account> {
  try {
    const { data } = await attempt("read the account of the token", () => octokit.rest.users.getAuthenticated());
    return { login: data.login, isApp: data.type === "Bot" };
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  const login = await octokit.graphql("query { viewer { login } }").then(viewerOf, () => undefined);
  return login === undefined
    ? GITHUB_ACTIONS
    : { login: login.endsWith("[bot]") ? login : `${login}[bot]`, isApp: true };
}

/** The author of a comment or an issue; null for a deleted account. */
export interface Author {
  readonly login?: string;
  readonly type?: string;
}

/** Returns whether the author is this account. A marker in the text is not enough, because anybody can paste one. */
export function isBy(author: Author | null | undefined, { login, isApp }: Account): boolean {
  if (author?.login?.toLowerCase() !== login.toLowerCase()) return false;
  return !isApp || author.type === "Bot";
}

/** Returns the author's account, as a response of GitHub names it. */
export function accountOf(author: Author | null): Account | undefined {
  return author?.login === undefined ? undefined : { login: author.login, isApp: author.type === "Bot" };
}

function viewerOf(answer: unknown): string | undefined {
  const viewer = isJsonObject(answer) ? answer["viewer"] : undefined;
  const login = isJsonObject(viewer) ? viewer["login"] : undefined;
  return typeof login === "string" && login !== "" ? login : undefined;
}
