import { spawn } from "node:child_process";
import { chownSync, existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { describe, inject, onTestFinished } from "vitest";
import { onServer, withDatabase } from "./postgres.ts";
import { unprivilegedAccount } from "./postgres-server.ts";
import { aFolder } from "./repository.ts";

/** Defines tests that need PostgreSQL and PgBouncer. Without them they are skipped, with the reason in the name. */
export function describePgBouncer(name: string, tests: () => void): void {
  const server = inject("postgres");
  const binary = findBinary();
  const missing = "missing" in server ? server.missing : binary === undefined ? "no pgbouncer on PATH" : undefined;
  // Where the tests decide a merge, a silent skip would look like a pass.
  if (missing !== undefined && process.env["REQUIRE_POSTGRES"] === "1") throw new Error(missing);
  describe(`${name}${missing === undefined ? "" : ` (skipped: ${missing})`}`, { skip: missing !== undefined }, () => {
    tests();
  });
}

function findBinary(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, "pgbouncer")).find((file) => existsSync(file));
}

/**
 * Starts PgBouncer in transaction mode in front of the test server, and returns the address of a database through it. All its
 * clients share one connection to the server. It ends with the test.
 */
export async function throughPgBouncer(url: string): Promise<string> {
  const folder = aFolder();
  const port = await freePort();
  const database = new URL(url).pathname.slice(1);
  const host = new URL(url).searchParams.get("host") ?? new URL(url).hostname;
  const config = join(folder, "pgbouncer.ini");
  writeFileSync(
    config,
    `[databases]
${database} = host=${host} port=${new URL(url).port || 5432} user=${decodeURIComponent(new URL(url).username)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 1
`,
  );
  const account = unprivilegedAccount();
  if (account) for (const path of [folder, config]) chownSync(path, account.uid, account.gid);
  const child = spawn(findBinary() ?? "pgbouncer", ["-q", config], { ...account, stdio: "ignore" });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const through = withDatabase(`postgres://${new URL(url).username}@127.0.0.1:${port}/`, database);
  for (let attempt = 0; ; attempt++) {
    try {
      await onServer(through, "SELECT 1");
      return through;
    } catch (error) {
      if (attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
