import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { againOf } from "../../../src/cli/sync/sync-options.ts";
import { aFlagRepository, commitFlags, flagText } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { typeInSqlite } from "../../support/sqlite.ts";

const GIVEN = { commit: "HEAD", onDrift: "keep" } as const;

test("a printed command repeats the given options in shell syntax", () => {
  expect(againOf(GIVEN)).toEqual({ place: "", intent: "" });
  const database = "file:/srv/my flags.db";
  const again = againOf({ ...GIVEN, commit: "v1.2", database, cwd: "it's here", release: ["one"], onDrift: "heal" });
  expect(again.place).toBe(" --commit v1.2 --database 'file:/srv/my flags.db' --cwd 'it'\\''s here'");
  expect(again.intent).toBe(`${again.place} --release one --on-drift heal`);
  expect(againOf({ ...GIVEN, workTree: true, acceptLive: "4be12f0" }).intent).toBe(
    " --work-tree --accept-live 4be12f0",
  );
});

test("a password is never repeated", () => {
  const database = "postgres://flags:s3cret@db.internal/flags?sslmode=require&password=s3cret";
  expect(againOf({ ...GIVEN, database }).place).not.toContain("s3cret");
  expect(againOf({ ...GIVEN, database: "postgres://flags:p@ss/w@db/flags" }).place).toBe(
    " --database postgres://flags:PASSWORD@db/flags",
  );
});

test("a relative file: address is taken from --cwd, and the printed lines work as they are", async () => {
  const { folder } = aFlagRepository({ checkout: flagText() });
  mkdirSync(join(folder, "my data"));
  const elsewhere = hoistIn("/");
  const place = ["--env", "production", "--cwd", folder, "--database", "file:my%20data/flags%23.db"];
  expect(await elsewhere("sync", ...place)).toMatchObject({ code: 0 });
  const file = join(folder, "my data/flags#.db");
  await typeInSqlite(file, "UPDATE feature_toggles SET enabled = NOT enabled");
  await typeInSqlite(file, "UPDATE feature_toggles SET enabled = 0");
  const { out } = await elsewhere("sync", ...place);
  const line = /To release it, run: hoist (.*)$/m.exec(out)?.[1] ?? "";
  expect(line).toContain("--release checkout");
  expect(await elsewhere(...wordsOf(line))).toMatchObject({
    code: 0,
    out: expect.not.stringContaining("To release it") as string,
  });
});

test("the command printed with exit 4 names the database again", async () => {
  const repository = aFlagRepository({ checkout: flagText() });
  const hoist = hoistIn(repository.folder, { FLAGS_ENV: "production" });
  const database = `file:${join(repository.folder, "flags.db")}`;
  await hoist("sync", "--database", database);
  const first = repository.git("rev-parse", "HEAD").trim();
  repository.git("commit", "--quiet", "--amend", "--message", "Rewritten");
  commitFlags(repository, "More", { banner: flagText() });
  const refused = await hoist("sync", "--database", database);
  expect(refused).toMatchObject({ code: 4 });
  const line = /hoist (sync .*--accept-live \w+)/.exec(refused.err)?.[1] ?? "";
  expect(line).toBe(`sync --env production --database ${database} --accept-live ${first.slice(0, 12)}`);
  expect(await hoist(...wordsOf(line))).toMatchObject({ code: 0 });
});

/** Words of a line in which only single quotes quote. */
function wordsOf(line: string): readonly string[] {
  return (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""));
}
