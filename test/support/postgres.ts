import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { Client, type QueryResult } from "pg";
import { afterAll, describe, inject } from "vitest";

const run = promisify(execFile);
const made: string[] = [];

/** A describe that needs a PostgreSQL server; where there is none it is skipped, with the reason in its name. */
export function describePostgres(name: string, tests: () => void): void {
  const server = inject("postgres");
  const reason = "missing" in server ? ` (skipped: ${server.missing})` : "";
  describe(`${name}${reason}`, { skip: reason !== "" }, () => {
    tests();
  });
}

/** Where an administrator of the test server connects. */
export function adminUrl(): string {
  const server = inject("postgres");
  if ("missing" in server) throw new Error(server.missing);
  return server.adminUrl;
}

/**
 * The address of a new database, dropped when the test file is done.
 *
 * @param template  the name of the one that it is a copy of, which nobody may have open; empty unless given
 */
export async function freshDatabase(template = "template1"): Promise<string> {
  const name = `flags_${randomBytes(6).toString("hex")}`;
  await onServer(adminUrl(), `CREATE DATABASE ${name} TEMPLATE ${template}`);
  made.push(name);
  return withDatabase(adminUrl(), name);
}

/** The same server and settings, another database. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** The same database, another role. */
export function withRole(url: string, role: string, password = ""): string {
  const changed = new URL(url);
  changed.username = role;
  changed.password = password;
  return changed.href;
}

/** Types into the system's `psql`, as on-call would: unaligned rows without headings. @throws with what it said */
export async function typeInPsql(url: string, sql: string): Promise<string> {
  const { stdout } = await run("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", url, "-c", sql]);
  return stdout;
}

/** One statement (or several, without values) on a connection of its own. */
export async function onServer(url: string, sql: string, values?: readonly unknown[]): Promise<QueryResult> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return await client.query(sql, values === undefined ? undefined : [...values]);
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  for (const name of made.splice(0)) await onServer(adminUrl(), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
});
