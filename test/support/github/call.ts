import type { Account, Permissions } from "./accounts.ts";
import type { World } from "./world.ts";

/** A parsed request, as a handler receives it. */
export interface Call {
  readonly world: World;
  /** The address of the API, with which links begin, e.g. `http://127.0.0.1:4000/api/v3`. */
  readonly api: string;
  /** The account of the token; null for an anonymous request. */
  readonly account: Account | null;
  readonly permissions: Permissions | null;
  /** The decoded parameters of the path. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly accept: string;
}

/** The answer of a handler. Without a body it is a 204; a text has its own media type. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** All entries of a list, which is returned in pages. */
  readonly list?: { readonly entries: readonly unknown[]; readonly wrap?: (page: readonly unknown[]) => unknown };
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** Handlers by the operation's name in GitHub's description, e.g. `pulls/create`. */
export type Handlers = Readonly<Record<string, Handler>>;

/** Returns the account of a request. Anonymous requests never reach an operation that calls this. */
export function signedIn(call: Call): Account {
  if (call.account === null) throw new Error("an operation that writes was let through without an account");
  return call.account;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const listed = (entries: readonly unknown[]): Answer => ({ status: 200, list: { entries } });

/** Returns a field of the body as text, also if a number was sent; undefined if it is missing or null. */
export function textIn({ body }: Pick<Call, "body">, field: string): string | undefined {
  const value = body[field];
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** Returns the length of a text in code points, as GitHub counts characters. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** The address of GitHub's web pages. */
export const WEB = "https://github.com";

/** Returns an identifier in the format of GraphQL. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}${id}`).toString("base64");
}

/** Returns the address of the repository in the API. */
export function repoUrl({ api, world }: Call): string {
  return `${api}/repos/${world.owner}/${world.name}`;
}

/** Returns the address of the repository's web page. */
export function repoPage({ world }: Call): string {
  return `${WEB}/${world.owner}/${world.name}`;
}
