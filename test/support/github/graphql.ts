import type { Account } from "./accounts.ts";
import { Refusal } from "./refusal.ts";

/** The paths of GraphQL, which are not below the base path of a GitHub Enterprise server. */
export const GRAPHQL_PATHS = ["/graphql", "/api/graphql"];

/**
 * Answers the one supported GraphQL query, which returns the account of the token. An app's token can use only this one.
 *
 * @throws Refusal  401 without an account; Error for any other query
 */
export function graphql(account: Account | null, body: unknown): { readonly data: unknown } {
  if (account === null) throw new Refusal(401, "This endpoint requires you to be authenticated.");
  const { query } = (body ?? {}) as { readonly query?: unknown };
  if (typeof query !== "string" || !/^\s*(?:query\s*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$/.test(query)) {
    throw new Error(`the server answers { viewer { login } } alone: ${JSON.stringify(query)}`);
  }
  return { data: { viewer: { login: account.login } } };
}
