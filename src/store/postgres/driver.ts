import type * as Driver from "pg";
import type { Client, ClientConfig, Pool, QueryResultRow } from "pg";
import { FlagError } from "../../core/errors.ts";
import { checkPostgresAddress } from "./address.ts";

const CONNECT_TIMEOUT_MS = 2_000;
/** The time limit for a query of a running application. A connection that exceeds it is closed, because it may be half-open. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Begins a transaction that gives up waiting for a lock before the driver gives up waiting for an answer: the error then names the lock. */
const BEGIN_READ_ONLY = "BEGIN READ ONLY; SET LOCAL lock_timeout = '4s'";
/** The time limit for a query of a sync. It exceeds the server's limit (30 s per statement), so that the server's clearer error comes first. */
const SYNC_ANSWER_TIMEOUT_MS = 40_000;

/**
 * Opens a pool for reading and heartbeats: a few shared connections that do not keep the process alive. No query may leave
 * anything on its connection, which a pooler gives to other programs.
 */
export async function openPool(url: string): Promise<Pool> {
  const { Pool } = await loadDriver();
  const pool = new Pool({
    ...settings(url, ANSWER_TIMEOUT_MS),
    max: 2,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
  });
  // Without a listener, the process would end when the server closes an idle connection. The next query opens another one.
  pool.on("error", () => {});
  pool.on("connect", (client) => {
    client.on("error", () => {});
  });
  return pool;
}

/**
 * Runs one query in a read-only transaction, which protects roles that have more rights than they need.
 *
 * @throws the errors of the driver
 */
export async function queryReadOnly<Row extends QueryResultRow>(
  pool: Pool,
  sql: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const client = await pool.connect();
  try {
    await client.query(BEGIN_READ_ONLY);
    const { rows } = await client.query<Row>(sql, [...values]);
    await client.query("COMMIT");
    client.release();
    return rows;
  } catch (error) {
    await client.query("ROLLBACK").then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}

/** Opens a separate connection for a transaction or for LISTEN. The caller ends it. */
export async function connectClient(url: string, purpose: "sync" | "listen"): Promise<Client> {
  const { Client } = await loadDriver();
  const client = new Client(settings(url, purpose === "sync" ? SYNC_ANSWER_TIMEOUT_MS : CONNECT_TIMEOUT_MS));
  // Pending queries reject by themselves. Without a listener, an error between queries would end the process.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** Ends a connection without waiting for a server that may not answer. */
export function abandon(client: Client): void {
  client.end().catch(() => {});
}

/** Replaces each `?` in SQL with `$1`, `$2` and so on. */
export function numbered(sql: string): string {
  let count = 0;
  return sql.replace(/\?/g, () => `$${++count}`);
}

function settings(url: string, answerTimeoutMs: number): ClientConfig {
  checkPostgresAddress(url);
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    fallback_application_name: "flaghoist",
  };
}

async function loadDriver(): Promise<typeof Driver> {
  try {
    return await import("pg");
  } catch (cause) {
    const message = "a postgres:// database needs the package pg, which is not installed";
    throw new FlagError("USAGE", message, { hint: "npm install pg", cause });
  }
}
