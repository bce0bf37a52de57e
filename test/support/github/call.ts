import type { Account, Permissions } from "./accounts.ts";
import type { World } from "./world.ts";

/** One request, understood: what a handler is given. */
export interface Call {
  readonly world: World;
  /** Where the API was addressed, e.g. `http://127.0.0.1:4000/api/v3`: what links begin with. */
  readonly api: string;
  /** Null: nobody signed in. */
  readonly account: Account | null;
  readonly permissions: Permissions | null;
  /** From the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly accept: string;
}

/** Without a body: 204. Text: a media type of its own. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Every entry of a list, which is then answered in pages. */
  readonly list?: { readonly entries: readonly unknown[]; readonly wrap?: (page: readonly unknown[]) => unknown };
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** By the operation's name in GitHub's description, e.g. `pulls/create`. */
export type Handlers = Readonly<Record<string, Handler>>;

/** The signed-in account; who is not signed in never comes to an operation that asks for it. */
export function signedIn(call: Call): Account {
  if (call.account === null) throw new Error("an operation that writes was let through without an account");
  return call.account;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const listed = (entries: readonly unknown[]): Answer => ({ status: 200, list: { entries } });

/** A field of the body that is text, or a number where text is meant; undefined: not sent, or null. */
export function textIn({ body }: Pick<Call, "body">, field: string): string | undefined {
  const value = body[field];
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** In characters as GitHub counts them: code points. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Where GitHub's pages for people are. */
export const WEB = "https://github.com";

/** An identifier as GraphQL has it. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}${id}`).toString("base64");
}

/** `/repos/OWNER/NAME` under the API. */
export function repoUrl({ api, world }: Call): string {
  return `${api}/repos/${world.owner}/${world.name}`;
}

/** The repository's page for people. */
export function repoPage({ world }: Call): string {
  return `${WEB}/${world.owner}/${world.name}`;
}
