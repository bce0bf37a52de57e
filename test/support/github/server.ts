import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { demand, type Account, type Permissions } from "./accounts.ts";
import { ok, type Answer, type Call } from "./call.ts";
import { dropAnswer, faultAnswer, type Fault, type Faults } from "./faults.ts";
import { graphql, GRAPHQL_PATHS } from "./graphql.ts";
import type { Limits } from "./limits.ts";
import { HANDLERS, scopesOf } from "./operations.ts";
import { pageOf } from "./pages.ts";
import { refreshPulls } from "./pull-state.ts";
import { notFound, Refusal } from "./refusal.ts";
import { routesOf, type Route } from "./routes.ts";
import { GITHUB_SHAPES, type ShapeChecks } from "./shapes.ts";
import type { World } from "./world.ts";

/** A received request. */
export interface SeenRequest {
  readonly method: string;
  /** Without base path and query, e.g. `/repos/acme/flags/pulls`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Undefined: none was sent. */
  readonly body: unknown;
  /** The status of the answer; 0 while there is none. */
  readonly status: number;
}

export interface Parts {
  readonly world: World;
  readonly checks: ShapeChecks;
  readonly faults: Faults;
  readonly limits: Limits;
  /** All received requests, in order. */
  readonly requests: SeenRequest[];
  /** Operations that the server does not have, e.g. `GET /repos/acme/flags/hooks`. */
  readonly unknown: string[];
  /** Requests and answers that contradict GitHub's description. */
  readonly violations: string[];
}

/** The prefix of every path on a GitHub Enterprise server. */
export const ENTERPRISE_BASE = "/api/v3";

interface Received {
  readonly url: URL;
  readonly base: string;
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage["headers"];
  readonly query: Readonly<Record<string, string>>;
  readonly text: string;
}

interface Finished {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

type Holder = { readonly account: Account; readonly permissions: Permissions } | null;

/** Creates the server, which does not listen yet. */
export function gitHubServer(parts: Parts): Server {
  const routeTo = routesOf(GITHUB_SHAPES);
  // One request after the other: what two of them do at once, a database would keep apart on the original.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => {});
    return result;
  };

  return createServer((request, response) => {
    void receive(request).then(async (received) => {
      const seen = { ...summary(received), status: 0 };
      parts.requests.push(seen);
      const fault = parts.faults.next(received.method, received.path);
      if (fault && !fault.isAnswerLost && isSilent(fault)) return dropAnswer(response, fault);
      const finished = await inTurn(() => answer(parts, routeTo, received, fault?.isAnswerLost ? undefined : fault));
      if (fault?.isAnswerLost && isSilent(fault)) return dropAnswer(response, fault);
      seen.status = fault?.isAnswerLost ? 502 : finished.status;
      send(response, fault?.isAnswerLost ? { ...finished, status: 502, body: { message: "Server Error" } } : finished);
    });
  });
}

function isSilent({ kind }: Fault): boolean {
  return kind === "hang" || kind === "reset";
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "127.0.0.1"}`);
  const base = url.pathname.startsWith(`${ENTERPRISE_BASE}/`) ? ENTERPRISE_BASE : "";
  return {
    url,
    base,
    path: url.pathname.slice(base.length),
    method: request.method ?? "GET",
    headers: request.headers,
    query: Object.fromEntries(url.searchParams),
    text: Buffer.concat(chunks).toString("utf8"),
  };
}

function summary({ method, path, query, text }: Received): Omit<SeenRequest, "status"> {
  let body: unknown = text === "" ? undefined : text;
  try {
    if (text !== "") body = JSON.parse(text) as unknown;
  } catch {
    // Stays the text that it is.
  }
  return { method, path, query, body };
}

/** Returns the answer to a request. Never throws. */
async function answer(
  parts: Parts,
  routeTo: (method: string, path: string) => Route | undefined,
  received: Received,
  fault: Fault | undefined,
): Promise<Finished> {
  let holder: Holder = null;
  let operation: string | undefined;
  try {
    holder = holderIn(parts.world, received);
    const refused = fault && faultAnswer(fault, holder?.account ?? null, Math.floor(Date.now() / 1000));
    if (refused) throw refused;
    demandManners(received);
    if (received.method === "POST" && GRAPHQL_PATHS.includes(received.path)) {
      return { status: 200, body: graphql(holder?.account ?? null, bodyOf(received)), headers: {} };
    }
    const route = routeTo(received.method, canonical(parts.world, received.path));
    operation = route?.operation;
    if (operation !== "rate-limit/get") parts.limits.spend(holder?.account ?? null);
    if (route === undefined) parts.unknown.push(`${received.method} ${received.path}`);
    if (route === undefined || !isHere(parts.world, route)) throw notFound();
    return finish(parts, received, route.operation, holder, await carryOut(parts, received, route, holder));
  } catch (error) {
    if (!(error instanceof Refusal)) return fail(parts, `${received.method} ${received.path}: ${String(error)}`);
    const { status, body, headers } = error;
    const found = operation && !fault ? parts.checks.answer(operation, status, body) : [];
    if (found.length > 0) return fail(parts, ...found);
    return { status, body, headers: { ...parts.limits.headers(holder?.account ?? null), ...headers } };
  }
}

async function carryOut(parts: Parts, received: Received, route: Route, holder: Holder): Promise<Answer> {
  const { world, checks } = parts;
  const body = bodyOf(received);
  const found = checks.request(route.operation, { path: route.path, query: received.query, body });
  if (found.length > 0) throw new Error(`the request does not fit GitHub's description:\n${found.join("\n")}`);
  const reads = received.method === "GET";
  demand(holder, scopesOf(route.operation), reads ? "read" : "write", world.isPrivate);
  if (route.operation === "rate-limit/get") return ok(parts.limits.overview(holder?.account ?? null));
  await refreshPulls(world);
  const handler = HANDLERS[route.operation];
  if (handler === undefined) throw new Error(`${route.operation} has no handler`);
  const call: Call = {
    world,
    api: `${received.url.origin}${received.base}`,
    account: holder?.account ?? null,
    permissions: holder?.permissions ?? null,
    path: route.path,
    query: received.query,
    body: (body ?? {}) as Call["body"],
    accept: received.headers.accept ?? "",
  };
  return handler(call);
}

/** Returns the requested page, checked against the description, with the common headers. */
function finish(parts: Parts, received: Received, operation: string, holder: Holder, given: Answer): Finished {
  const account = holder?.account ?? null;
  const headers: Record<string, string> = { ...given.headers };
  let body = given.body;
  if (given.list) {
    const url = new URL(received.url);
    // As on the original, links lead to the repository by its number.
    url.pathname = received.base + received.path.replace(/^\/repos\/[^/]+\/[^/]+/, `/repositories/${parts.world.id}`);
    const { page, link } = pageOf(given.list.entries, url);
    body = given.list.wrap ? given.list.wrap(page) : page;
    if (link) headers["link"] = link;
  }
  const isText = typeof body === "string" || Buffer.isBuffer(body);
  const found = isText ? [] : parts.checks.answer(operation, given.status, body);
  if (found.length > 0) return fail(parts, ...found);
  if (received.method !== "GET")
    return { status: given.status, body, headers: { ...parts.limits.headers(account), ...headers } };
  headers["etag"] = `W/"${createHash("sha256").update(JSON.stringify(body)).digest("hex")}"`;
  const isKnown = received.headers["if-none-match"] === headers["etag"];
  if (isKnown) parts.limits.giveBack(account);
  Object.assign(headers, parts.limits.headers(account));
  return isKnown ? { status: 304, body: undefined, headers } : { status: given.status, body, headers };
}

/** Returns violations to the client as a 500, and records them for the end of the test. */
function fail({ violations }: Parts, ...found: readonly string[]): Finished {
  violations.push(...found);
  return { status: 500, body: { message: found.join("\n") }, headers: {} };
}

function holderIn(world: World, { headers }: Received): Holder {
  const sent = headers.authorization;
  if (sent === undefined) return null;
  const [, scheme = "", value = ""] = /^(\w+) +(.+)$/.exec(sent) ?? [];
  if (/^basic$/i.test(scheme)) {
    return world.accounts.holderOf(Buffer.from(value, "base64").toString("utf8").split(":")[1] ?? "");
  }
  return world.accounts.holderOf(/^(?:token|bearer)$/i.test(scheme) ? value : "");
}

const VERSIONS = ["2022-11-28", "2026-03-10"];

/** @throws Refusal */
function demandManners({ headers }: Received): void {
  if (!headers["user-agent"]) {
    throw new Refusal(
      403,
      "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
    );
  }
  const version = headers["x-github-api-version"];
  if (typeof version === "string" && !VERSIONS.includes(version)) {
    throw new Refusal(400, `'${version}' is not a valid API version. Supported versions are: ${VERSIONS.join(", ")}.`);
  }
}

/** @throws Refusal */
function bodyOf({ text }: Received): unknown {
  if (text === "") return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
  if (typeof body !== "object" || body === null) throw new Refusal(400, "Body should be a JSON object");
  return body;
}

function canonical(world: World, path: string): string {
  return path.replace(`/repositories/${world.id}`, `/repos/${world.owner}/${world.name}`);
}

/** Returns whether a path belongs to the only repository. */
function isHere({ owner, name }: World, { path }: Route): boolean {
  const same = (given: string | undefined, known: string): boolean =>
    given === undefined || given.toLowerCase() === known.toLowerCase();
  return same(path["owner"], owner) && same(path["repo"], name);
}

function send(response: ServerResponse, { status, body, headers }: Finished): void {
  const isText = typeof body === "string" || Buffer.isBuffer(body);
  const common = {
    server: "github.com",
    date: new Date().toUTCString(),
    "x-github-media-type": "github.v3; format=json",
  };
  if (body === undefined) response.writeHead(status, { ...common, ...headers }).end();
  else {
    const type = { "content-type": "application/json; charset=utf-8" };
    response.writeHead(status, { ...common, ...type, ...headers }).end(isText ? body : JSON.stringify(body));
  }
}
