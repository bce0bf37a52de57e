import { FlagError } from "../core/errors.ts";
import { gitIn } from "../history/git.ts";
import type { Environment } from "../history/git-environment.ts";

/** A repository and the API that serves it. */
export interface RepositoryAddress {
  /** `owner/name`. */
  readonly repository: string;
  /** The URL of the REST API without a trailing slash: `https://api.github.com`, `https://HOST/api/v3`. */
  readonly apiUrl: string;
}

/** A repository and the website of its server. */
interface Remote extends Pick<RepositoryAddress, "repository"> {
  readonly server: string;
}

/**
 * Finds the repository in GITHUB_REPOSITORY, which GitHub Actions sets, else in the folder's remote `origin`. The server is
 * that of GITHUB_API_URL, GITHUB_SERVER_URL or GH_HOST, else github.com: a remote alone never decides who gets the token,
 * because the person who prepared the clone could name any host there.
 *
 * @throws FlagError USAGE when neither names one, when the remote is on another server, or when a variable is malformed;
 *   the errors of {@link gitIn}
 */
export async function repositoryAddress(env: Environment, folder?: string): Promise<RepositoryAddress> {
  const named = env["GITHUB_REPOSITORY"];
  const apiUrl = checkedApiUrl(env["GITHUB_API_URL"] || apiUrlOf(serverOf(env)));
  return { repository: named ? repositoryNamed(named) : await repositoryOfOrigin(env, folder), apiUrl };
}

/** Returns the website of the server that the environment names. @throws FlagError USAGE when a variable is malformed */
function serverOf(env: Environment): string {
  const server = env["GITHUB_SERVER_URL"]?.trim();
  if (server) {
    if (URL.canParse(server) && /^https?:$/.test(new URL(server).protocol)) return server;
    throw new FlagError("USAGE", "GITHUB_SERVER_URL is not a valid URL", {
      hint: "for example https://github.acme.dev",
    });
  }
  const host = env["GH_HOST"]?.trim();
  if (!host) return "https://github.com";
  if (/^[\w.-]+(?::\d+)?$/.test(host)) return `https://${host}`;
  throw new FlagError("USAGE", `GH_HOST is ${JSON.stringify(host)}; write a host`, {
    hint: "for example github.acme.dev",
  });
}

/**
 * Checks the URL of an API.
 *
 * @returns the URL without a trailing slash
 * @throws FlagError USAGE when the token must not be sent there
 */
export function checkedApiUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hint = "for example https://api.github.com, or https://github.acme.dev/api/v3 for GitHub Enterprise Server";
  // The text itself is not quoted, because it may contain a password.
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    throw new FlagError("USAGE", "GITHUB_API_URL is not a valid URL", { hint });
  if (url.username !== "" || url.password !== "")
    throw new FlagError("USAGE", "GITHUB_API_URL contains a user name or password", {
      hint: `remove it; the token belongs in GITHUB_TOKEN. ${hint}`,
    });
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    throw new FlagError("USAGE", `GITHUB_API_URL would send the token to ${url.host} in clear text`, {
      hint: "use https://",
    });
  return url.href.replace(/\/+$/, "");
}

/** Returns the repository and the server of a remote's URL, in any form that git accepts; undefined when it names no server. */
export function repositoryOfRemote(address: string): Remote | undefined {
  const { host, path } = addressParts(address) ?? {};
  const repository = path?.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "");
  if (repository === undefined || !isRepository(repository)) return undefined;
  // The host for ssh over port 443, which passes firewalls.
  return { repository, server: `https://${host === "ssh.github.com" ? "github.com" : host}` };
}

/** Returns the API URL of a GitHub server: github.com, a tenant of ghe.com, or GitHub Enterprise Server. */
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
    // The port of ssh is not the port of the website.
    return { host: /^https?:$/.test(protocol) ? host : hostname, path: pathname };
  }
  // git@github.com:acme/flags.git. A Windows path has one letter before its colon.
  const [, host, path] = /^(?:[^@\s/:]+@)?([\w.-]{2,}):(?!\/\/)(.+)$/.exec(address) ?? [];
  return host === undefined || path === undefined ? undefined : { host, path };
}

async function repositoryOfOrigin(env: Environment, folder: string | undefined): Promise<string> {
  if (folder === undefined) throw notNamed("GITHUB_REPOSITORY is not set");
  const address = await gitIn(folder, env)
    .run("remote", "get-url", "origin")
    .catch((cause: unknown) => {
      if (cause instanceof FlagError && cause.code === "NOT_A_REPOSITORY") throw cause;
      throw notNamed("the repository has no remote origin, and GITHUB_REPOSITORY is not set");
    });
  const found = repositoryOfRemote(address.trim());
  // The URL is not quoted, because it may contain a password.
  if (found === undefined) throw notNamed("the remote origin is not a repository on GitHub");
  if (env["GITHUB_API_URL"]) return found.repository;
  const { host, hostname } = new URL(found.server);
  if (sameServer(host, new URL(serverOf(env)).host)) return found.repository;
  if (hostname.includes(".")) throw otherServer(host);
  throw notNamed(`the host "${host}" of the remote origin is an SSH host alias, not the name of a server`);
}

function sameServer(one: string, other: string): boolean {
  const plain = (host: string) => host.toLowerCase().replace(/^www\.github\.com$/, "github.com");
  return plain(one) === plain(other);
}

function otherServer(host: string): FlagError {
  const message = `the remote origin is on ${host}, and the GitHub token is not sent to a host that only the remote names`;
  return new FlagError("USAGE", message, {
    hint: `if ${host} is your GitHub server: export GH_HOST=${host}        (GitHub Actions sets GITHUB_SERVER_URL instead)`,
  });
}

function repositoryNamed(text: string): string {
  const name = text.trim();
  if (isRepository(name)) return name;
  throw notNamed(`GITHUB_REPOSITORY is ${JSON.stringify(text)}; write owner/name`);
}

function isRepository(text: string): boolean {
  const names = text.split("/");
  return names.length === 2 && names.every((name) => /^[\w.-]+$/.test(name) && name !== "." && name !== "..");
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function notNamed(message: string): FlagError {
  return new FlagError("USAGE", `cannot determine the GitHub repository: ${message}`, {
    hint: "set GITHUB_REPOSITORY=acme/flags, and GITHUB_API_URL for GitHub Enterprise Server; GitHub Actions sets both",
  });
}
