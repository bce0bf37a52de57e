import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { migrateStore, openStore, openStoreToSync } from "../../src/store/open.ts";
import { fileUrl, freshFile, typeInSqlite } from "../support/sqlite.ts";
import { startProcess } from "../support/store-process.ts";
import { hintsOf } from "./contract.ts";
import { aWrite, batch, write } from "./rows.ts";

const KILLS = process.env["FULL"] ? 100 : 4;
/** Rights do not hold for root, so what they forbid is tried as somebody else: nobody, on Debian. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

async function freshStoreFile(): Promise<string> {
  const file = freshFile();
  await migrateStore(fileUrl(file), "production");
  const store = await openStore(fileUrl(file));
  await write(store, [aWrite()]);
  await store.close();
  return file;
}

test("opening never creates a file or a folder", async () => {
  const file = join(dirname(freshFile()), "not", "there.db");
  await expect(openStore(fileUrl(file))).rejects.toMatchObject({
    code: "STORE_MISSING",
    hint: expect.stringContaining("sync"),
  });
  expect(existsSync(dirname(file))).toBe(false);
});

test("migrating creates the folder, and the file is in WAL mode", async () => {
  const file = join(dirname(freshFile()), ".flaghoist", "development.db");
  await migrateStore(fileUrl(file), "development");
  expect((await typeInSqlite(file, "PRAGMA journal_mode;")).trim()).toBe("wal");
});

test("a folder that cannot be created is reported", async () => {
  const file = freshFile();
  writeFileSync(file, "a file, not a folder");
  await expect(migrateStore(fileUrl(join(file, "x", "y.db")), "production")).rejects.toMatchObject({
    name: "FlagError",
    message: expect.stringContaining("y.db"),
  });
});

test("a file that is not a database is reported as damage by opening and migrating, and stays unchanged", async () => {
  const file = freshFile();
  writeFileSync(file, "name: this is a flag file, not a database\n".repeat(200));
  await expect(openStore(fileUrl(file))).rejects.toMatchObject({
    code: "STORE_CORRUPT",
    hint: expect.stringContaining("backup"),
  });
  await expect(migrateStore(fileUrl(file), "production")).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  expect(statSync(file).size).toBe(42 * 200);
});

test("another program's database and an empty file are reported as missing", async () => {
  const other = freshFile();
  await typeInSqlite(other, "CREATE TABLE users (id INTEGER PRIMARY KEY);");
  await expect(openStore(fileUrl(other))).rejects.toMatchObject({ code: "STORE_MISSING" });
  const empty = freshFile();
  writeFileSync(empty, "");
  await expect(openStore(fileUrl(empty))).rejects.toMatchObject({ code: "STORE_MISSING" });
});

test("damage in the middle of a file is reported when it is read", async () => {
  const file = await freshStoreFile();
  await typeInSqlite(file, "PRAGMA wal_checkpoint(TRUNCATE);");
  const store = openSync(file, "r+");
  for (let page = 1; page * 4096 < statSync(file).size; page++) writeSync(store, "garbage".repeat(500), page * 4096);
  closeSync(store);
  const read = openStore(fileUrl(file)).then((opened) => opened.read());
  await expect(read).rejects.toMatchObject({ code: "STORE_CORRUPT" });
});

test("while another process holds the lock, reading works, and a heartbeat fails soon", async () => {
  const file = await freshStoreFile();
  const store = await openStore(fileUrl(file));
  const holder = spawn("sqlite3", [file], { stdio: ["pipe", "pipe", "inherit"] });
  holder.stdin.write("BEGIN IMMEDIATE;\nUPDATE feature_toggles SET enabled = 1;\nSELECT 'held';\n");
  await once(holder.stdout, "data");
  expect((await store.read()).rows[0]).toMatchObject({ enabled: false });
  const instance = {
    id: randomUUID(),
    host: "h",
    pid: 1,
    epoch: 1,
    revision: 0,
    overrides: {},
    startedAt: "2026-11-21T10:00:00Z",
  };
  await expect(store.heartbeat(instance)).rejects.toMatchObject({ code: "STORE_LOCKED" });
  await expect(write(store, [])).rejects.toMatchObject({ code: "STORE_LOCKED" });
  holder.stdin.end("ROLLBACK;\n");
  await once(holder, "close");
  await store.heartbeat(instance);
  await store.close();
});

test("an application does not wait until another process gives up an exclusive lock: it is locked, and tries again later", async () => {
  const file = freshFile();
  await migrateStore(fileUrl(file), "production");
  const holder = spawn("sqlite3", [file]);
  const ended = once(holder, "exit");
  holder.stdin.end(`PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; SELECT 'held';\n.shell sleep 4\nCOMMIT;\n`);
  await once(holder.stdout, "data");
  await expect(openStore(fileUrl(file))).rejects.toMatchObject({ code: "STORE_LOCKED" });
  expect(holder.exitCode).toBeNull();
  await ended;
  const store = await openStore(fileUrl(file));
  expect((await store.readHead()).revision).toBe(0);
  await store.close();
});

test.for([{ how: "by option" }, { how: "by address" }])(
  "a store opened for reading $how reads and refuses to write",
  async ({ how }) => {
    const file = await freshStoreFile();
    const store =
      how === "by option"
        ? await openStore(fileUrl(file), { readOnly: true })
        : await openStore(`${fileUrl(file)}?mode=ro`);
    expect((await store.read()).rows).toHaveLength(1);
    await expect(write(store, [aWrite({ key: "other" })])).rejects.toMatchObject({ code: "STORE_READ_ONLY" });
    await store.close();
  },
);

test("an account without write or read access to the file gets an error that says so", async () => {
  const file = await freshStoreFile();
  const folder = dirname(file);
  chmodSync(folder, 0o755);
  chmodSync(file, 0o444);
  if (NOBODY.uid === undefined) chmodSync(folder, 0o555);
  const readOnly = JSON.parse(await startProcess("store-use.ts", [fileUrl(file)], NOBODY).done);
  expect(readOnly).toEqual({ open: "STORE_READ_ONLY" });
  chmodSync(folder, 0o755);
  if (NOBODY.uid !== undefined) chownSync(folder, NOBODY.uid, NOBODY.gid);
  // With the folder writable, reading works, and writing is refused.
  const fileOnly = JSON.parse(await startProcess("store-use.ts", [fileUrl(file)], NOBODY).done);
  expect(fileOnly).toEqual({ open: "ok", read: "ok", heartbeat: "STORE_READ_ONLY", watch: "ok" });
  for (const beside of ["-wal", "-shm"]) rmSync(file + beside, { force: true });
  chmodSync(file, 0o000);
  const nothing = JSON.parse(await startProcess("store-use.ts", [fileUrl(file)], NOBODY).done);
  expect(nothing).toEqual({ open: "STORE_FORBIDDEN" });
});

test("a folder that the account may not enter is reported as that, not as missing", async () => {
  const file = await freshStoreFile();
  chmodSync(file, 0o644);
  chmodSync(dirname(file), 0o600);
  const closed = JSON.parse(await startProcess("store-use.ts", [fileUrl(file)], NOBODY).done);
  expect(closed).toEqual({ open: "STORE_FORBIDDEN" });
  chmodSync(dirname(file), 0o700);
});

test("a new file and what SQLite keeps beside it can be read only by the account that created it", async () => {
  const file = join(dirname(freshFile()), "deep", "new.db");
  const store = await openStoreToSync(fileUrl(file), "production");
  await store.apply(batch("missing", [aWrite()]));
  const modes = ["", "-wal", "-shm"].map((beside) => (statSync(file + beside).mode & 0o777).toString(8));
  expect(modes).toEqual(["600", "600", "600"]);
  chmodSync(file, 0o640);
  await migrateStore(fileUrl(file), "production");
  expect((statSync(file).mode & 0o777).toString(8)).toBe("640");
  await store.close();
});

test("a file that replaces the open one is read and causes a hint; a removed one is reported as missing", async () => {
  const file = await freshStoreFile();
  const store = await openStore(fileUrl(file));
  const before = await store.read();
  const hints = hintsOf(store);
  await hints.next();
  const other = await freshStoreFile();
  renameSync(other, file);
  expect(await hints.next()).toBeGreaterThan(0);
  expect((await store.readHead()).storeId).not.toBe(before.head.storeId);
  rmSync(file);
  await expect(store.read()).rejects.toMatchObject({ code: "STORE_MISSING" });
  hints.stop();
  await store.close();
});

test(`a sync that is killed leaves the old state or the new one, ${KILLS} times`, async () => {
  const file = await freshStoreFile();
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = startProcess("store-write.ts", [fileUrl(file), `run ${kill}`, "1000000"]);
    const ended = writer.done.catch(() => {});
    const from = Number(await typeInSqlite(file, "SELECT revision FROM flaghoist_head;"));
    for (let now = from; now < from + 3; )
      now = Number(await typeInSqlite(file, "SELECT revision FROM flaghoist_head;"));
    writer.child.kill("SIGKILL");
    await ended;
    const store = await openStore(fileUrl(file));
    const [{ head, rows }, entries, syncs] = [
      await store.read(),
      await store.audit({ limit: 1 }),
      await store.syncs(1),
    ];
    const counter = rows.find((row) => row.feature_key === "counter");
    expect(entries[0]).toMatchObject({ revision: head.revision, newState: { description: counter?.description } });
    expect(syncs[0]).toMatchObject({ revision: head.revision });
    await store.close();
  }
  expect((await typeInSqlite(file, "PRAGMA integrity_check;")).trim()).toBe("ok");
});

test("an integer that a number cannot represent is read as text, and does not affect other rows", async () => {
  const file = await freshStoreFile();
  const other = `INSERT INTO feature_toggles (feature_key, display_name) VALUES ('other', 'Other');`;
  const drops = await typeInSqlite(
    file,
    "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_master WHERE type = 'trigger'",
  );
  const large = "9223372036854775807";
  await typeInSqlite(
    file,
    `PRAGMA ignore_check_constraints = ON; ${drops} ${other} UPDATE feature_toggles SET client = ${large} WHERE feature_key = 'other';`,
  );
  const store = await openStore(fileUrl(file));
  const { rows } = await store.read();
  expect(rows.map(({ feature_key, client }) => [feature_key, client])).toEqual([
    ["other", large],
    ["workshop_routing", false],
  ]);
  await typeInSqlite(file, `UPDATE flaghoist_head SET revision = ${large}`);
  await expect(store.read()).rejects.toMatchObject({
    code: "STORE_CORRUPT",
    message: expect.stringContaining(`revision in flaghoist_head is ${large}; it must be a whole number below 2^53`),
    hint: expect.stringContaining("UPDATE flaghoist_head SET epoch = epoch + 1, revision = 0"),
  });
  await typeInSqlite(file, "UPDATE flaghoist_head SET epoch = epoch + 1, revision = 0");
  expect((await store.read()).head).toMatchObject({ epoch: 2, revision: 0 });
  await store.close();
});
