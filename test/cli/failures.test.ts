import { execFile, execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../src/store/sqlite/driver.ts";
import { POSTGRES, SQLITE, type FlagDatabase } from "../support/flag-database.ts";
import { aFlagRepository, CONFIG, flagPath, flagText } from "../support/flag-tree.ts";
import { hoistIn, type HoistResult } from "../support/hoist.ts";
import { describePostgres, onServer, withRole } from "../support/postgres.ts";
import { aFolder, aRepository, type TestRepository } from "../support/repository.ts";
import { aSyncedTree } from "../support/synced.ts";

const FLAGS = { checkout_button: flagText(), voice_logging: flagText() };

type Env = Readonly<Record<string, string>>;

/** Runs the command; whatever goes wrong, people see a message and no stack trace. */
async function hoist(folder: string, args: readonly string[], env: Env = {}): Promise<HoistResult> {
  const result = await hoistIn(folder, env)(...args);
  expect(result.out + result.err).not.toMatch(/^\s+at .*[:(]|internal error|\bundefined\b|\[object Object\]/m);
  return result;
}

/** The message without what is different on every machine and in every run. */
function said(text: string, ...folders: readonly string[]): string {
  const short = folders.reduce((rest, folder, n) => rest.replaceAll(folder, n === 0 ? "FOLDER" : `FOLDER${n}`), text);
  return short.replace(/\b[0-9a-f]{40}\b/g, "COMMIT").replace(/\b[0-9a-f]{7}\b/g, "commit7");
}

async function expectRefused(folder: string, args: readonly string[], code: number, env: Env = {}): Promise<string> {
  const result = await hoist(folder, args, env);
  expect(result, result.out + result.err).toMatchObject({ code, out: "" });
  expect(result.err).toMatch(new RegExp(`exit ${code} \\([A-Z_]+\\)$`));
  return said(result.err, folder);
}

function inDatabase(folder: string): Env {
  return { FLAGS_DATABASE_URL: `file:${join(folder, "flags.db")}`, FLAGS_ENV: "production" };
}

describe("files and repositories", () => {
  test("a missing flags/ folder", async () => {
    const folder = aFolder();
    expect(await expectRefused(folder, ["validate"], 3)).toMatchInlineSnapshot(`
      "error  FOLDER/flags is missing or empty
             create it with hoist init, or use --cwd to name the folder that contains flags/
             exit 3 (NO_FLAGS)"
    `);
  });

  test("a commit without flags/, with an empty flags/, and with only a configuration", async () => {
    const repository = aRepository();
    repository.write("README.md", "Read me.\n");
    repository.commit("Begin");
    const env = inDatabase(repository.folder);
    expect(await expectRefused(repository.folder, ["sync"], 3, env)).toMatchInlineSnapshot(`
      "error  flags/ in commit commit7 is missing or empty
             create it with hoist init, or use --cwd to name the folder that contains flags/
             exit 3 (NO_FLAGS)"
    `);
    repository.write("flags/_config.yaml", CONFIG);
    repository.commit("Configure");
    expect(await expectRefused(repository.folder, ["sync"], 3, env)).toMatchInlineSnapshot(`
      "error  flags/ in commit commit7 contains no flags
             create it with hoist init, or use --cwd to name the folder that contains flags/
             exit 3 (NO_FLAGS)"
    `);
    expect(existsSync(join(repository.folder, "flags.db"))).toBe(false);
  });

  test("a tree whose flags are missing archives nothing", async () => {
    const { repository, database } = await aSyncedTree(SQLITE, FLAGS);
    for (const key of Object.keys(FLAGS)) repository.remove(flagPath(key));
    repository.commit("Lost");
    const env = { FLAGS_DATABASE_URL: database.url, FLAGS_ENV: "production" };
    await expectRefused(repository.folder, ["sync"], 3, env);
    expect(await database.rows("SELECT 1 FROM feature_toggles WHERE archived_at IS NULL")).toHaveLength(2);
  });

  test("no repository", async () => {
    const folder = aFolder();
    mkdirSync(join(folder, "flags"));
    writeFileSync(join(folder, "flags/_config.yaml"), CONFIG);
    writeFileSync(join(folder, flagPath("checkout_button")), flagText());
    expect(await expectRefused(folder, ["sync"], 7, inDatabase(folder))).toMatchInlineSnapshot(`
      "error  FOLDER is not in a git repository
             run this inside a clone, or create a repository with: git init
             cause: fatal: not a git repository (or any of the parent directories): .git
             exit 7 (NOT_A_REPOSITORY)"
    `);
  });

  test("a repository without a commit, and a commit that does not exist", async () => {
    const empty = aRepository();
    empty.write(flagPath("checkout_button"), flagText());
    expect(await expectRefused(empty.folder, ["sync"], 7, inDatabase(empty.folder))).toMatchInlineSnapshot(`
      "error  commit "HEAD" does not exist in this repository
             the repository has no commits yet: commit flags/ first
             exit 7 (UNKNOWN_COMMIT)"
    `);
    const { folder } = aFlagRepository(FLAGS);
    expect(await expectRefused(folder, ["plan", "--commit", "no-such"], 7, inDatabase(folder))).toMatchInlineSnapshot(`
      "error  commit "no-such" does not exist in this repository
             check that it was pushed and fetched; git branch --all lists what exists here
             exit 7 (UNKNOWN_COMMIT)"
    `);
  });

  test("a branch of origin that was never fetched, with the command that fetches it", async () => {
    const origin = aFlagRepository(FLAGS);
    const clone = aRepository();
    clone.git("remote", "add", "origin", `file://${origin.folder}`);
    // As a clone of one branch alone is set up: no other is fetched by itself.
    clone.git("config", "remote.origin.fetch", "+refs/heads/other:refs/remotes/origin/other");
    clone.git("fetch", "--quiet", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/other");
    clone.git("checkout", "--quiet", "-B", "work", "origin/other");
    const asked = async () => hoistIn(clone.folder)("validate", "--base", "origin/main");
    const whole = "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'";
    expect(await asked()).toMatchObject({ code: 7, err: expect.stringContaining(whole) });
    clone.git("fetch", "--quiet", "--unshallow", "origin", "+refs/heads/main:refs/remotes/origin/other");
    const one = "git fetch origin '+refs/heads/main:refs/remotes/origin/main'";
    expect(await asked()).toMatchObject({ code: 7, err: expect.stringContaining(one) });
    clone.git("fetch", "--quiet", "origin", "+refs/heads/main:refs/remotes/origin/main");
    expect(await asked()).toMatchObject({ code: 0 });
  });

  test("a shallow clone", async () => {
    const repository = aFlagRepository(FLAGS);
    repository.write("README.md", "Read me.\n");
    repository.commit("Two commits");
    const { folder } = repository.shallowClone(1);
    expect(await expectRefused(folder, ["sync"], 7, inDatabase(folder))).toMatchInlineSnapshot(`
      "error  this clone is shallow: commits cannot be compared without the full history
             git fetch --unshallow        (in GitHub Actions: actions/checkout with fetch-depth: 0)
             exit 7 (SHALLOW_CLONE)"
    `);
  });

  test("an older commit, and a rewritten history, with the option that lets the sync continue", async () => {
    const tree = await aSyncedTree(SQLITE, FLAGS);
    const { repository, database } = tree;
    const env = { FLAGS_DATABASE_URL: database.url, FLAGS_ENV: "production" };
    repository.write("README.md", "Read me.\n");
    repository.commit("Two commits");
    await tree.sync();
    expect(await expectRefused(repository.folder, ["sync", "--commit", "HEAD~1"], 4, env)).toMatchInlineSnapshot(`
      "error  production is already at commit7, which is newer than commit7
             sync the tip of the branch; to go back, run git revert and sync the new commit
             exit 4 (COMMIT_NOT_AHEAD)"
    `);
    repository.git("commit", "--amend", "--quiet", "--message=Rewritten");
    const refused = await expectRefused(repository.folder, ["sync"], 4, env);
    const [, line = ""] = /hoist (sync --env production --accept-live [0-9a-f]+)$/m.exec(refused) ?? [];
    expect(await hoist(repository.folder, line.split(" "), env)).toMatchObject({ code: 0 });
  });

  test("a work tree with uncommitted changes causes a note", async () => {
    const tree = await aSyncedTree(SQLITE, FLAGS);
    tree.repository.write(flagPath("voice_logging"), flagText({ enabled: false }));
    const plan = await tree.hoist("plan");
    expect(plan).toMatchObject({
      code: 0,
      err: expect.stringContaining("1 file differs from HEAD: flags/voice_logging.yaml;"),
    });
  });

  test("an environment that is not declared", async () => {
    const { folder } = aFlagRepository(FLAGS);
    const env = { ...inDatabase(folder), FLAGS_ENV: "" };
    expect(await expectRefused(folder, ["sync", "--env", "prodution"], 6, env)).toMatchInlineSnapshot(`
      "error  environment "prodution" is not declared in flags/_config.yaml; declared environments: development, staging, production
             did you mean "production"?
             exit 6 (UNKNOWN_ENVIRONMENT)"
    `);
    expect(existsSync(join(folder, "flags.db"))).toBe(false);
  });

  test("a work tree where the environment is synced from commits", async () => {
    const { folder } = aFlagRepository(FLAGS);
    expect(await expectRefused(folder, ["sync", "--work-tree"], 9, inDatabase(folder))).toMatchInlineSnapshot(`
      "error  production is synced only from commits; flags/_config.yaml does not declare workTree: true for it
             commit the change and sync without --work-tree
             exit 9 (USAGE)"
    `);
  });
});

describe("a database of SQLite", () => {
  const syncedAt = async () => {
    const repository = aFlagRepository(FLAGS);
    const env = inDatabase(repository.folder);
    expect(await hoist(repository.folder, ["sync"], env)).toMatchObject({ code: 0 });
    return { folder: repository.folder, env, file: join(repository.folder, "flags.db"), repository };
  };

  test("of another environment", async () => {
    const { folder, env } = await syncedAt();
    expect(await expectRefused(folder, ["sync", "--env", "staging"], 6, env)).toMatchInlineSnapshot(`
      "error  sqlite FOLDER/flags.db serves production, not staging
             name another database with --database, FLAGS_DATABASE_URL_STAGING or FLAGS_DATABASE_URL
             exit 6 (WRONG_DATABASE)"
    `);
    await expectRefused(folder, ["plan", "--env", "staging"], 6, env);
    await expectRefused(folder, ["status", "--env", "staging"], 6, env);
    await expectRefused(folder, ["why", "checkout_button", "--env", "staging"], 6, env);
  });

  test("that does not exist yet is created by sync only", async () => {
    const { folder } = aFlagRepository(FLAGS);
    const env = inDatabase(folder);
    expect(await hoist(folder, ["plan"], env)).toMatchObject({ code: 2 });
    expect(await expectRefused(folder, ["status"], 8, env)).toMatchInlineSnapshot(`
      "error  sqlite FOLDER/flags.db does not exist (FOLDER/flags.db)
             \`hoist sync\` creates and fills it; \`hoist db migrate\` creates it empty
             exit 8 (STORE_MISSING)"
    `);
    await expectRefused(folder, ["why", "checkout_button"], 8, env);
    expect(existsSync(join(folder, "flags.db"))).toBe(false);
  });

  test("with a newer schema", async () => {
    const { folder, env, file } = await syncedAt();
    execFileSync("sqlite3", [file, "UPDATE flaghoist_head SET schema_version = 99"]);
    expect(await expectRefused(folder, ["sync"], 8, env)).toMatchInlineSnapshot(`
      "error  sqlite FOLDER/flags.db has schema version 99, which programs of schema version 99 or later can use; this program has 2
             update flaghoist to the release that migrated the database
             exit 8 (STORE_NEWER)"
    `);
  });

  test("with an older schema is not treated as empty", async () => {
    const { folder, env, file } = await syncedAt();
    execFileSync("sqlite3", [file, "UPDATE flaghoist_head SET migration = 0"]);
    expect(await expectRefused(folder, ["plan"], 8, env)).toContain("hoist db migrate");
  });

  test("that is not a database, is a folder, or does not have the tables", async () => {
    const { folder } = aFlagRepository(FLAGS);
    const env = inDatabase(folder);
    const file = join(folder, "flags.db");
    writeFileSync(file, "this is no database, and longer than its header would be ".repeat(20));
    expect(await expectRefused(folder, ["sync"], 8, env)).toMatchInlineSnapshot(`
      "error  sqlite FOLDER/flags.db: cannot open the database: file is not a database
             restore FOLDER/flags.db from a backup, or move it out of the way and run \`hoist sync\`, which writes the flags from git again; manual changes and the audit are lost
             exit 8 (STORE_CORRUPT)"
    `);
    await expectRefused(folder, ["plan"], 8, env);
    rmSync(file);
    mkdirSync(file);
    expect(await expectRefused(folder, ["sync"], 8, env)).toMatchInlineSnapshot(`
      "error  sqlite FOLDER/flags.db: cannot open the database: unable to open database file
             FOLDER/flags.db exists, but cannot be opened as a file
             exit 8 (STORE_UNREACHABLE)"
    `);
    await expectRefused(folder, ["plan"], 8, env);
  });

  test("that another process has locked", async () => {
    const { folder, env, file, repository } = await syncedAt();
    repository.write(flagPath("voice_logging"), flagText({ enabled: false }));
    repository.commit("Off");
    const holder = openSqlite(file, "rw");
    onTestFinished(() => holder.close());
    holder.exec("BEGIN IMMEDIATE");
    expect(await expectRefused(folder, ["sync"], 8, env)).toMatchInlineSnapshot(`
      "error  sqlite FOLDER/flags.db: cannot apply the sync: database is locked
             another process is writing: try again, or see which process has the file open (lsof)
             exit 8 (STORE_LOCKED)"
    `);
    expect(await hoist(folder, ["plan"], env)).toMatchObject({ code: 2 });
    holder.exec("ROLLBACK");
    expect(await hoist(folder, ["sync"], env)).toMatchObject({ code: 0 });
  });

  test("opened for reading only", async () => {
    const { folder, env, file, repository } = await syncedAt();
    repository.write(flagPath("voice_logging"), flagText({ enabled: false }));
    repository.commit("Off");
    const refused = await expectRefused(folder, ["sync", "--database", `file:${file}?mode=ro`], 8, env);
    expect(refused).toContain("STORE_READ_ONLY");
  });
});

describe("an address", () => {
  test.each([
    ["of an unknown kind", "mysql://localhost/flags", 9],
    ["of nothing", "flags.db", 9],
    ["with a setting that we do not know", "file:flags.db?cache=shared", 9],
    ["where nobody listens", "postgres://localhost:1/flags", 8],
  ])("%s", async (_, url, code) => {
    const { folder } = aFlagRepository(FLAGS);
    await expectRefused(folder, ["sync", "--env", "production", "--database", url], code);
    await expectRefused(folder, ["plan", "--env", "production", "--database", url], code);
  });

  test("that never answers times out, and the password is not printed", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const { folder } = aFlagRepository(FLAGS);
    const url = `postgres://user:geheim@127.0.0.1:${port}/flags`;
    const refused = await expectRefused(folder, ["status", "--env", "production", "--database", url], 8);
    expect(refused).toContain("STORE_UNREACHABLE");
    expect(refused).not.toContain("geheim");
  });
});

describePostgres("a database of PostgreSQL", () => {
  const syncedAt = async (): Promise<{ repository: TestRepository; database: FlagDatabase; env: Env }> => {
    const { repository, database } = await aSyncedTree(POSTGRES, FLAGS);
    repository.write(flagPath("voice_logging"), flagText({ enabled: false }));
    repository.commit("Off");
    return { repository, database, env: { FLAGS_DATABASE_URL: database.url, FLAGS_ENV: "production" } };
  };

  test("that is read-only", async () => {
    const { repository, database, env } = await syncedAt();
    const name = new URL(database.url).pathname.slice(1);
    await onServer(database.url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    expect(await expectRefused(repository.folder, ["sync"], 8, env)).toContain("STORE_READ_ONLY");
    expect(await hoist(repository.folder, ["plan"], env)).toMatchObject({ code: 2 });
  });

  test("in which the role has no rights", async () => {
    const { repository, database, env } = await syncedAt();
    const role = new URL(database.url).pathname.slice(1);
    await onServer(database.url, `CREATE ROLE ${role} LOGIN`);
    onTestFinished(async () => void (await onServer(database.url, `DROP OWNED BY ${role}; DROP ROLE ${role}`)));
    const url = withRole(database.url, role);
    for (const command of ["sync", "plan", "status"]) {
      const refused = await expectRefused(repository.folder, [command, "--database", url], 8, env);
      expect(refused).toContain("STORE_FORBIDDEN");
      expect(refused).toContain(`TO ${role}`);
    }
  });

  test("that does not exist, has no tables, or a newer schema", async () => {
    const { repository, database, env } = await syncedAt();
    const missing = new URL(database.url);
    missing.pathname = "/no_such_database";
    expect(await expectRefused(repository.folder, ["sync", "--database", missing.href], 8, env)).toContain("createdb");
    const empty = await POSTGRES.fresh();
    expect(await hoist(repository.folder, ["plan", "--database", empty.url], env)).toMatchObject({ code: 2 });
    await expectRefused(repository.folder, ["status", "--database", empty.url], 8, env);
    await database.type("UPDATE flaghoist_head SET schema_version = 99");
    expect(await expectRefused(repository.folder, ["sync"], 8, env)).toContain("STORE_NEWER");
  });

  test("is read without output from libraries", async () => {
    const { repository, database } = await syncedAt();
    const args = [hoistBin(), "plan", "--env", "production", "--database", database.url];
    const run = promisify(execFile)(process.execPath, args, { cwd: repository.folder });
    await expect(run).rejects.toMatchObject({ code: 2, stderr: "" });
  });
});

describe("the command line", () => {
  test.each([
    ["an unknown command", ["synch"], 'did you mean "sync"?'],
    ["an unknown option", ["sync", "--dry-rn"], "unknown option '--dry-rn'"],
    ["an unknown option that is nearly one", ["sync", "--work-treee"], 'did you mean "--work-tree"?'],
    ["an unknown format", ["plan", "--format", "yaml"], "Allowed choices are text, markdown, json"],
    ["a missing argument", ["why"], "missing required argument 'key'"],
    ["one argument too many", ["sync", "production"], "too many arguments"],
    ["a context that is none", ["why", "checkout_button", "--context", "postalCode"], "attribute=value"],
  ])("%s", async (_, args, message) => {
    const { folder } = aFlagRepository(FLAGS);
    const result = await hoist(folder, args);
    expect(result).toMatchObject({ code: 9, out: "" });
    expect(result.err).toContain(message);
    expect(result.err).toMatch(/^ {7}hoist .*--help\n {7}exit 9 \(USAGE\)$/m);
  });

  test("an unknown flag causes an error with a suggestion", async () => {
    const { folder } = aFlagRepository(FLAGS);
    const env = inDatabase(folder);
    await hoist(folder, ["sync"], env);
    expect(await expectRefused(folder, ["why", "chekout_button"], 9, env)).toContain('did you mean "checkout_button"?');
    expect(await expectRefused(folder, ["test", "chekout_button"], 9, env)).toContain(
      'did you mean "checkout_button"?',
    );
  });

  test("its version", async () => {
    expect(await hoist(aFolder(), ["--version"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });

  test("a closed pipe is not an error", async () => {
    const { folder } = aFlagRepository(FLAGS);
    const command = `"${process.execPath}" "${hoistBin()}" list; echo "exit $?" >&2`;
    const { stderr } = await promisify(execFile)("/bin/sh", ["-c", `{ sleep 1; ${command}; } | true`], { cwd: folder });
    expect(stderr).toBe("exit 0\n");
  });
});

function hoistBin(): string {
  return new URL("../../src/cli/bin.js", import.meta.url).pathname;
}
