import { renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aFlagRepository, commitFlags, flagText } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { aFolder } from "../support/repository.ts";

test.each(["blob:none", "tree:0"])(
  "a clone with --filter=%s that cannot fetch is named, with the command that completes it",
  async (filter) => {
    const repository = aFlagRepository({ one: flagText() });
    commitFlags(repository, "Off", { one: flagText({ enabled: false }) });
    repository.git("config", "uploadpack.allowFilter", "true");
    repository.git("config", "uploadpack.allowAnySHA1InWant", "true");
    const top = aFolder();
    const clone = join(top, "clone");
    repository.git("clone", "--quiet", "--no-checkout", `--filter=${filter}`, `file://${repository.folder}`, clone);
    const hoist = hoistIn(clone, { FLAGS_DATABASE_URL: `file:${join(top, "flags.db")}` });
    const away = `${repository.folder}-away`;

    renameSync(repository.folder, away);
    for (const args of [
      ["validate", "--base", "HEAD~1"],
      ["plan", "--base", "HEAD~1"],
      ["sync", "--env", "production"],
      ["log", "one"],
    ]) {
      const { code, err } = await hoist(...args);
      expect({ args, code, err }).toMatchObject({
        code: 7,
        err: expect.stringContaining("this clone is partial: it lacks some files of the history"),
      });
      expect(err).toContain("git fetch --refetch --no-filter");
      expect(err).not.toContain("fsck");
    }
    renameSync(away, repository.folder);
    repository.git("-C", clone, "fetch", "--quiet", "--refetch", "--no-filter");
    renameSync(repository.folder, away);
    expect((await hoist("validate", "--base", "HEAD~1")).code).toBe(0);
    expect((await hoist("sync", "--env", "production")).code).toBe(0);
    renameSync(away, repository.folder);
  },
);
