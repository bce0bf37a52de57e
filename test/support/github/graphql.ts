import type { Account } from "./accounts.ts";
import { Refusal } from "./refusal.ts";

/** Beside the base path of a GitHub Enterprise server, not below it. */
export const GRAPHQL_PATHS = ["/graphql", "/api/graphql"];

/**
 * The other API, of which one question is used: whose token it is. It is the only one that an app's may ask so.
 *
 * @throws Refusal  401 without an account; an Error for any other question, which the server does not have
 */
export function graphql(account: Account | null, body: unknown): { readonly data: unknown } {
  if (account === null) throw new Refusal(401, "This endpoint requires you to be authenticated.");
  const { query } = (body ?? {}) as { readonly query?: unknown };
  if (typeof query !== "string" || !/^\s*(?:query\s*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$/.test(query)) {
    throw new Error(`the server answers { viewer { login } } alone: ${JSON.stringify(query)}`);
  }
  return { data: { viewer: { login: account.login } } };
}
