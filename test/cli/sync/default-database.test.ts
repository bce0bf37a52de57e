import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { EXIT } from "../../../src/cli/exit-codes.ts";
import { openFlags } from "../../../src/client/create-flags.ts";
import { contentsOf } from "../../files/places.ts";
import { aFlagRepository, flagText } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { aFolder } from "../../support/repository.ts";

/** The links that a branch can contain, each with its target in the folder of a different program. */
const LINKS: readonly (readonly [path: string, target: string])[] = [
  [".flaghoist", "."],
  [".flaghoist/development.db", "development.db"],
  [".flaghoist/development.db", "new.db"],
  [".flaghoist/development.db-wal", "new"],
  [".flaghoist/development.db-shm", "new"],
];

/** A work tree with a link, and the folder of a different program, which has a database of its own. */
async function aTree(path: string, target: string) {
  const outside = aFolder();
  const url = `file:${join(outside, "development.db")}`;
  const { folder } = aFlagRepository({ checkout: flagText() });
  const sync = ["sync", "--work-tree", "--env", "development"];
  expect(await hoistIn(folder)(...sync, "--database", url)).toMatchObject({ code: 0 });
  if (path !== ".flaghoist") mkdirSync(join(folder, ".flaghoist"));
  symlinkSync(join(outside, target), join(folder, path));
  return { folder, outside, sync, before: contentsOf(outside) };
}

describe.each(LINKS)("a branch with %s as a link to %s", (path, target) => {
  test("cannot choose the database that a sync writes", async () => {
    const { folder, outside, sync, before } = await aTree(path, target);
    const refused = await hoistIn(folder)(...sync);
    expect(refused.code, refused.out).toBe(EXIT.invalid);
    expect(refused.err).toContain(`${path} is a symbolic link to`);
    expect(refused.err).toContain(`set FLAGS_DATABASE_URL_DEVELOPMENT to its address`);
    expect(contentsOf(outside)).toEqual(before);
  });

  test("cannot choose the database that an application uses, and does not stop the application", async () => {
    const { folder, outside, before } = await aTree(path, target);
    const options = { environment: "development", env: { FEATURE_CHECKOUT: "true" }, logger: false } as const;
    const { client } = await openFlags(options, { folder });
    onTestFinished(() => client.close());
    expect(client.status()).toMatchObject({ ready: false, lastError: { code: "FILE_UNUSABLE" } });
    expect(client.isEnabled("checkout")).toBe(true);
    await client.close();
    expect(contentsOf(outside)).toEqual(before);
  });
});

test("a database that a person names may be behind a link", async () => {
  const { folder, outside, sync } = await aTree(".flaghoist", ".");
  const database = `file:${folder}/.flaghoist/development.db`;
  const { code, out } = await hoistIn(folder, { FLAGS_DATABASE_URL: database })(...sync);
  expect([code, out]).toEqual([0, expect.stringContaining("nothing to do")]);
  expect(readFileSync(join(outside, "development.db")).length).toBeGreaterThan(0);
});
