import { randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { execFile } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterEach, expect, test } from "vitest";
import { migrateStore, openStore } from "../../src/store/open.ts";
import type { FlagStore } from "../../src/store/store.ts";
import { adminUrl, describePostgres, freshDatabase, onServer, typeInPsql, withDatabase } from "../support/postgres.ts";
import { startProcess } from "../support/store-process.ts";
import { hintsOf } from "./contract.ts";
import { aWrite, batch, write } from "./rows.ts";

const KILLS = process.env["FULL"] ? 100 : 3;
const run = promisify(execFile);
const KILL_OTHERS =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

describePostgres("PostgreSQL in trouble", () => {
  const opened: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  async function open(url: string, options = {}): Promise<FlagStore> {
    const store = await openStore(url, options);
    opened.push(store);
    return store;
  }
  async function freshStore(): Promise<{ url: string; store: FlagStore }> {
    const url = await freshDatabase();
    await migrateStore(url, "production");
    const store = await open(url);
    await write(store, [aWrite()]);
    return { url, store };
  }

  test.for([
    "postgres://flags:secret@127.0.0.1:1/flags",
    "postgres://flags:secret@localhost/flags?host=/nowhere",
    "postgres://flags:secret@no-such-host.invalid/flags",
  ])("a server that does not answer is unreachable, and no password is shown: %s", async (url) => {
    const error = await openStore(url).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "STORE_UNREACHABLE", hint: expect.any(String) });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("secret");
    await expect(migrateStore(url, "production")).rejects.toMatchObject({ code: "STORE_UNREACHABLE" });
  });

  test("a server that accepts connections but does not answer is unreachable after two seconds", async () => {
    const port = await listening(
      createServer(() => {}),
      opened,
    );
    await expect(openStore(`postgres://flags@127.0.0.1:${port}/flags`)).rejects.toMatchObject({
      code: "STORE_UNREACHABLE",
    });
  });

  test.for([
    { readOnly: true, says: "SQLSTATE 55P03" },
    { readOnly: false, says: "pg_stat_activity" },
  ])("a table that another transaction has locked is reported as locked (read-only: $readOnly)", async (options) => {
    const { url } = await freshStore();
    const store = await open(url, { readOnly: options.readOnly });
    const holder = new Client({ connectionString: url });
    await holder.connect();
    opened.push({ close: () => holder.end() });
    await holder.query("BEGIN; LOCK TABLE feature_toggles IN ACCESS EXCLUSIVE MODE");
    await expect(store.read()).rejects.toMatchObject({
      code: "STORE_LOCKED",
      hint: expect.stringMatching(new RegExp(`locked the flags.*${options.says}`)),
    });
    await holder.query("ROLLBACK");
    expect((await store.read()).rows).toHaveLength(1);
  });

  test.for(["LATIN1", "SQL_ASCII"])(
    "a new database with the encoding %s is refused, and stays empty",
    async (encoding) => {
      const name = `flags_${encoding.toLowerCase()}_${randomUUID().slice(0, 8)}`;
      await onServer(adminUrl(), `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
      const url = withDatabase(adminUrl(), name);
      await expect(migrateStore(url, "production")).rejects.toMatchObject({
        code: "STORE_ENCODING",
        message: expect.stringContaining(`has the encoding ${encoding}`),
      });
      expect((await onServer(url, "SELECT 1 FROM pg_class WHERE relname LIKE 'flaghoist%'")).rowCount).toBe(0);
      await onServer(adminUrl(), `DROP DATABASE ${name}`);
    },
  );

  test("a database that does not exist is missing", async () => {
    const url = withDatabase(await freshDatabase(), "no_such_database");
    await expect(openStore(url)).rejects.toMatchObject({
      code: "STORE_MISSING",
      hint: expect.stringContaining("createdb"),
    });
  });

  test("connections killed by the server do not end the process, and the next read works", async () => {
    const { url, store } = await freshStore();
    for (let round = 0; round < 5; round++) {
      await store.read();
      await onServer(url, KILL_OTHERS);
      const read = await store.read().catch(() => store.read());
      expect(read.rows).toHaveLength(1);
    }
  });

  test("a killed listener reconnects, hints, and receives the next change", async () => {
    const { url, store } = await freshStore();
    const hints = hintsOf(store);
    await hints.next();
    await onServer(url, KILL_OTHERS);
    expect(await hints.next()).toBeGreaterThan(0);
    await typeInPsql(url, "UPDATE feature_toggles SET enabled = true");
    expect(await hints.next()).toBeGreaterThan(0);
    hints.stop();
  });

  test("a notification contains epoch and revision", async () => {
    const { url, store } = await freshStore();
    const listener = new Client({ connectionString: url });
    await listener.connect();
    opened.push({ close: () => listener.end() });
    await listener.query("LISTEN flaghoist");
    const heard = new Promise((resolve) => listener.once("notification", ({ payload }) => resolve(payload)));
    await typeInPsql(url, "UPDATE feature_toggles SET enabled = true");
    const { epoch, revision } = await store.readHead();
    expect(await heard).toBe(`${epoch}:${revision}`);
  });

  test("a sync whose connection dies while it waits for the lock has written nothing", async () => {
    const { url, store } = await freshStore();
    const holder = new Client({ connectionString: url });
    holder.on("error", () => {});
    await holder.connect();
    await holder.query("BEGIN; SELECT 1 FROM flaghoist_head FOR UPDATE");
    const before = await store.readHead();
    const applied = write(store, [aWrite({ columns: { enabled: true } })]).catch((error: unknown) => error);
    const waiting =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while ((await onServer(url, waiting)).rowCount === 0);
    expect(await applied).toMatchObject({ code: "STORE_UNREACHABLE" });
    await holder.end();
    expect(await store.readHead()).toEqual(before);
  });

  test.for([
    { cut: "after", happened: true },
    { cut: "before", happened: false },
  ] as const)(
    "a connection lost $cut the server saw COMMIT leaves the outcome open, and the store can say it later",
    async ({ cut, happened }) => {
      const { url, store } = await freshStore();
      const through = await cuttingProxy(url, cut, opened);
      const proxied = await open(through);
      const sync = batch(await store.readHead(), [aWrite({ columns: { enabled: true } })]);
      await expect(proxied.apply(sync)).rejects.toMatchObject({ code: "STORE_OUTCOME_UNKNOWN" });
      await expect.poll(() => store.hasSync(sync.syncId), { timeout: 20_000 }).toBe(happened);
      expect((await store.read()).rows[0]).toMatchObject({ enabled: happened });
    },
  );

  test("a statement during a sync waits for it without a deadlock", async () => {
    const { url, store } = await freshStore();
    const sync = new Client({ connectionString: url });
    await sync.connect();
    opened.push({ close: () => sync.end() });
    await sync.query("BEGIN; SELECT 1 FROM flaghoist_head FOR UPDATE");
    const typed = typeInPsql(url, "UPDATE feature_toggles SET enabled = true");
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while ((await onServer(url, waiting)).rowCount === 0);
    await sync.query("UPDATE feature_toggles SET description = 'by the sync'");
    await sync.query("COMMIT");
    await typed;
    expect((await store.read()).rows[0]).toMatchObject({ enabled: true, description: "by the sync" });
  });

  test(`a sync that is killed leaves the old state or the new one, ${KILLS} times`, async () => {
    const { url, store } = await freshStore();
    for (let kill = 0; kill < KILLS; kill++) {
      const writer = startProcess("store-write.ts", [url, `run ${kill}`, "1000000"]);
      const ended = writer.done.catch(() => {});
      const { revision } = await store.readHead();
      while ((await store.readHead()).revision < revision + 3);
      writer.child.kill("SIGKILL");
      await ended;
      // The server may still be finishing what it got: taking the lock waits for that.
      await onServer(url, "UPDATE flaghoist_head SET revision = revision");
      const [{ head, rows }, entries, syncs] = [
        await store.read(),
        await store.audit({ limit: 1 }),
        await store.syncs(1),
      ];
      const counter = rows.find((row) => row.feature_key === "counter");
      expect(entries[0]).toMatchObject({ revision: head.revision, newState: { description: counter?.description } });
      expect(syncs[0]).toMatchObject({ revision: head.revision });
    }
  });

  test("a read-only server is distinguished from a missing right", async () => {
    const { url } = await freshStore();
    const readOnly = await open(`${url}&options=${encodeURIComponent("-c default_transaction_read_only=on")}`);
    expect((await readOnly.read()).rows).toHaveLength(1);
    await expect(write(readOnly, [aWrite({ key: "x" })])).rejects.toMatchObject({ code: "STORE_READ_ONLY" });
    const asked = await open(url, { readOnly: true });
    expect((await asked.read()).rows).toHaveLength(1);
    await expect(write(asked, [aWrite({ key: "x" })])).rejects.toMatchObject({ code: "STORE_READ_ONLY" });
    const instance = {
      id: randomUUID(),
      host: "h",
      pid: 1,
      epoch: 1,
      revision: 0,
      overrides: {},
      startedAt: "2026-11-21T10:00:00Z",
    };
    await expect(asked.heartbeat(instance)).rejects.toMatchObject({ code: "STORE_READ_ONLY" });
  });

  test("settings in the address apply: a schema, and the application name in the audit", async () => {
    const plain = await freshDatabase();
    await onServer(plain, "CREATE SCHEMA flags");
    const url = `${plain}&options=${encodeURIComponent("-c search_path=flags")}`;
    await migrateStore(url, "production");
    const store = await open(url);
    await write(store, [aWrite()]);
    await onServer(`${plain}&application_name=console`, "UPDATE flags.feature_toggles SET enabled = true");
    expect((await store.audit({ limit: 1 }))[0]).toMatchObject({ action: "enabled", changedBy: "postgres@console" });
    await expect(openStore(plain)).rejects.toMatchObject({ code: "STORE_MISSING" });
  });

  test("TRUNCATE is audited as the removal of each flag", async () => {
    const { url, store } = await freshStore();
    await write(store, [aWrite({ key: "second" })]);
    await typeInPsql(url, "TRUNCATE feature_toggles");
    expect((await store.read()).rows).toEqual([]);
    const removed = (await store.audit({ limit: 10 })).filter(({ action }) => action === "deleted");
    expect(removed.map(({ key }) => key).sort()).toEqual(["second", "workshop_routing"]);
    expect(removed[0]).toMatchObject({ bySync: false, revision: (await store.readHead()).revision });
  });

  test("a thousand flags are written in one statement and one revision, and killed in another", async () => {
    const { url, store } = await freshStore();
    const before = await store.readHead();
    const many = Array.from({ length: 1_000 }, (_, index) =>
      aWrite({ key: `flag_${index}`, columns: { enabled: true } }),
    );
    expect((await write(store, many)).revision).toBe(before.revision + 1);
    await typeInPsql(url, "UPDATE feature_toggles SET enabled = false");
    const { head, rows } = await store.read();
    expect(head.revision).toBe(before.revision + 2);
    expect(rows).toHaveLength(1_001);
    // The flag that git had disabled before is recorded too.
    expect(await store.audit({ limit: 5_000 })).toHaveLength(2_002);
  });

  test("without the package pg, the message says what to install", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flaghoist-without-pg-"));
    try {
      for (const part of ["core", "files", "store"]) {
        cpSync(new URL(`../../src/${part}`, import.meta.url).pathname, join(folder, part), { recursive: true });
      }
      const script = `import("${folder}/store/open.ts").then((m) => m.openStore("postgres://h/d")).catch((e) => console.log(e.code, e.message, e.hint))`;
      const { stdout } = await run(process.execPath, ["-e", script], { cwd: folder });
      expect(stdout).toContain(
        "USAGE a postgres:// database needs the package pg, which is not installed npm install pg",
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function listening(server: Server, opened: { close(): unknown }[]): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  opened.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** The same database through a proxy that cuts the line when the client says COMMIT. */
async function cuttingProxy(url: string, cut: "before" | "after", opened: { close(): unknown }[]): Promise<string> {
  const target = new URL(url);
  const folder = target.searchParams.get("host");
  const serverPort = Number(target.port || 5432);
  const serverHost = target.hostname;
  const dial = () => (folder ? connect(join(folder, `.s.PGSQL.${serverPort}`)) : connect(serverPort, serverHost));
  const server = createServer((client) => {
    const upstream = dial();
    for (const socket of [client, upstream]) socket.on("error", () => {});
    upstream.on("data", (data) => client.write(data));
    upstream.on("close", () => client.destroy());
    client.on("close", () => upstream.destroy());
    client.on("data", (data) => {
      if (!data.includes("COMMIT")) upstream.write(data);
      else if (cut === "before") upstream.destroy();
      else {
        // The server gets the word, the client never gets the answer.
        upstream.removeAllListeners("data");
        upstream.once("data", () => client.destroy());
        upstream.write(data);
      }
    });
  });
  const port = await listening(server, opened);
  target.searchParams.delete("host");
  target.hostname = "127.0.0.1";
  target.port = String(port);
  return target.href;
}
