import { execFile, spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, chownSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

const run = promisify(execFile);

/** The administrator's address of the test server, or the reason why there is no server. */
export type PostgresForTests = { readonly adminUrl: string } | { readonly missing: string };

declare module "vitest" {
  interface ProvidedContext {
    postgres: PostgresForTests;
  }
}

/** Provides a server once per run: the one that `TEST_DATABASE_URL` names, else a new one that ends with the run. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env["TEST_DATABASE_URL"];
  if (given) {
    project.provide("postgres", { adminUrl: given });
    return undefined;
  }
  const binaries = findBinaries();
  if (binaries === undefined) {
    const missing = "no PostgreSQL: set TEST_DATABASE_URL, or install it (initdb and postgres on PATH)";
    // Where the tests decide a merge, a silent skip would look like a pass.
    if (process.env["CI"] || process.env["REQUIRE_POSTGRES"] === "1") throw new Error(missing);
    project.provide("postgres", { missing });
    return undefined;
  }
  const server = await startServer(binaries);
  project.provide("postgres", { adminUrl: server.adminUrl });
  return server.stop;
}

/** Returns the newest installed server; undefined if there is none. */
export function findBinaries(): string | undefined {
  const installed = "/usr/lib/postgresql";
  const versions = (listed(installed) ?? []).sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    ...versions.map((version) => join(installed, version, "bin")),
  ];
  return folders.find((folder) => isExecutable(join(folder, "initdb")) && isExecutable(join(folder, "postgres")));
}

/** Starts a server on a unix socket in its own folder, so that ports cannot clash. */
export async function startServer(binaries: string): Promise<{ adminUrl: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-pg-"));
  const account = unprivilegedAccount();
  if (account) chownSync(folder, account.uid, account.gid);
  const data = join(folder, "data");
  await run(
    join(binaries, "initdb"),
    ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"],
    { ...account, cwd: folder },
  );

  // The shell stops the server as soon as its standard input closes: also when this process is killed.
  const script = `"$@" >log 2>&1 & server=$!; read -r _; kill -INT $server; wait $server; cd / && rm -rf "$0"`;
  const settings = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200"];
  const options = settings.flatMap((setting) => ["-c", setting]);
  const shell = spawn(
    "/bin/sh",
    ["-c", script, folder, join(binaries, "postgres"), "-D", data, "-k", folder, "-h", "", ...options],
    { ...account, cwd: folder, detached: true, stdio: ["pipe", "ignore", "ignore"] },
  );
  const stopped = new Promise<void>((resolve) => {
    shell.once("exit", () => resolve());
  });
  const adminUrl = `postgres://postgres@localhost/postgres?host=${folder}`;
  const stop = async (): Promise<void> => {
    shell.stdin.end();
    await stopped;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(adminUrl, join(folder, "log"));
  } catch (error) {
    await stop();
    throw error;
  }
  return { adminUrl, stop };
}

async function untilReady(adminUrl: string, log: string): Promise<void> {
  const { Client } = await import("pg");
  let last: unknown;
  for (let attempt = 0; attempt < 600; attempt++) {
    const client = new Client({ connectionString: adminUrl });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      last = error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`the test server did not start within 30 s\n${readFileSync(log, "utf8")}`, { cause: last });
}

/** Returns an unprivileged account, `postgres` or `nobody`, because PostgreSQL refuses to run as root. */
export function unprivilegedAccount(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error("running as root, and /etc/passwd has neither postgres nor nobody to run PostgreSQL as");
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function listed(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}
