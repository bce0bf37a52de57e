import { FlagError } from "../core/errors.ts";
import { gitIn } from "../history/git.ts";
import type { Environment } from "../history/git-environment.ts";

/** Which repository on which GitHub. */
export interface Place {
  /** `owner/name`. */
  readonly repository: string;
  /** Where its REST API begins, without a slash at the end: `https://api.github.com`, `https://HOST/api/v3`. */
  readonly apiUrl: string;
}

const GITHUB = "https://github.com";
const NAME = /^[\w.-]+$/;

/**
 * The repository that the environment names, as GitHub Actions does (GITHUB_REPOSITORY, GITHUB_API_URL), else the one that the
 * folder's remote `origin` stands for.
 *
 * @throws FlagError USAGE where neither names one, or a variable is malformed; as gitIn does, about the folder
 */
export async function placeOf(env: Environment, folder?: string): Promise<Place> {
  const named = env["GITHUB_REPOSITORY"];
  const found = named
    ? { repository: repositoryNamed(named), server: env["GITHUB_SERVER_URL"] || GITHUB }
    : await originOf(env, folder);
  const apiUrl = env["GITHUB_API_URL"] || apiUrlOf(found.server);
  return { repository: found.repository, apiUrl: checkedApiUrl(apiUrl) };
}

/**
 * @returns the API without a slash at its end
 * @throws FlagError USAGE where a token must not be sent there
 */
export function checkedApiUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hint = "for example https://api.github.com, or https://github.acme.dev/api/v3 on a server of your own";
  // The text itself is not quoted: it may carry a password.
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    throw new FlagError("USAGE", "GITHUB_API_URL is not the address of an API", { hint });
  if (url.username !== "" || url.password !== "")
    throw new FlagError("USAGE", "GITHUB_API_URL has a user name or password in it", {
      hint: `leave that out; the token goes into GITHUB_TOKEN. ${hint}`,
    });
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    throw new FlagError("USAGE", `GITHUB_API_URL would send the token to ${url.host} in clear text`, {
      hint: "use https://",
    });
  return url.href.replace(/\/+$/, "");
}

/** `acme/flags` and the server, of what a remote's address says in any of git's forms; undefined where it names no server. */
export function repositoryOfRemote(
  address: string,
): { readonly repository: string; readonly server: string } | undefined {
  const { host, path } = addressParts(address) ?? {};
  if (host === undefined || path === undefined) return undefined;
  const parts = path
    .replace(/^\/+|\/+$/g, "")
    .replace(/\.git$/, "")
    .split("/");
  const [owner, name] = parts;
  if (parts.length !== 2 || !isName(owner) || !isName(name)) return undefined;
  // Behind a firewall, ssh to github.com goes through port 443 of this name.
  const server = host === "ssh.github.com" ? "github.com" : host;
  return { repository: `${owner}/${name}`, server: `https://${server}` };
}

/** The API of a GitHub whose pages are at that address: github.com, a tenant of ghe.com, or a server of one's own. */
export function apiUrlOf(server: string): string {
  const { host } = new URL(server);
  if (host === "github.com" || host === "www.github.com") return "https://api.github.com";
  return host.endsWith(".ghe.com") ? `https://api.${host}` : `https://${host}/api/v3`;
}

function addressParts(address: string): { readonly host: string; readonly path: string } | undefined {
  if (/^[a-z][a-z0-9+]*:\/\//i.test(address)) {
    if (!URL.canParse(address)) return undefined;
    const { protocol, hostname, host, pathname } = new URL(address);
    if (!["https:", "http:", "ssh:", "git:", "git+ssh:"].includes(protocol)) return undefined;
    // A port of ssh is not the port of the pages.
    return { host: /^https?:$/.test(protocol) ? host : hostname, path: pathname };
  }
  // git@github.com:acme/flags.git; a Windows path has one letter before its colon.
  const [, host, path] = /^(?:[^@\s/:]+@)?([\w.-]{2,}):(?!\/\/)(.+)$/.exec(address) ?? [];
  return host === undefined || path === undefined ? undefined : { host, path };
}

async function originOf(
  env: Environment,
  folder: string | undefined,
): Promise<{ readonly repository: string; readonly server: string }> {
  if (folder === undefined) throw notNamed("GITHUB_REPOSITORY is not set");
  const address = await gitIn(folder, env)
    .run("remote", "get-url", "origin")
    .catch((cause: unknown) => {
      if (cause instanceof FlagError && cause.code === "NOT_A_REPOSITORY") throw cause;
      throw notNamed("the repository has no remote origin, and GITHUB_REPOSITORY is not set");
    });
  const found = repositoryOfRemote(address.trim());
  // The address is not quoted: people keep passwords in it.
  if (found === undefined) throw notNamed("the remote origin is not the address of a repository on GitHub");
  if (env["GITHUB_API_URL"] || new URL(found.server).hostname.includes(".")) return found;
  throw notNamed(`the remote origin is on "${new URL(found.server).host}", which ssh may know but is no server's name`);
}

function repositoryNamed(text: string): string {
  const [owner, name, ...more] = text.trim().split("/");
  if (isName(owner) && isName(name) && more.length === 0) return `${owner}/${name}`;
  throw notNamed(`GITHUB_REPOSITORY is ${JSON.stringify(text)}, expected owner/name`);
}

function isName(text: string | undefined): text is string {
  return text !== undefined && NAME.test(text) && text !== "." && text !== "..";
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function notNamed(message: string): FlagError {
  return new FlagError("USAGE", `no GitHub repository is named: ${message}`, {
    hint: "GITHUB_REPOSITORY=acme/flags     (GitHub Actions sets it; GITHUB_API_URL for a server of your own)",
  });
}
