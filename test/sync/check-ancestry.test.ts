import { expect, test } from "vitest";
import { SQLITE } from "../support/flag-database.ts";
import { flagText } from "../support/flag-tree.ts";
import { aSyncedTree } from "../support/synced.ts";

test("for a rewritten history the error names the live commit, and the printed option allows the sync", async () => {
  const { repository, hoist } = await aSyncedTree(SQLITE, { voice_logging: flagText() });
  const live = repository.git("rev-parse", "HEAD");
  repository.git("checkout", "--quiet", "--orphan", "rewritten");
  const next = repository.commit("Everything anew");
  const refused = await hoist("sync");
  expect(refused).toMatchObject({ code: 4, out: "" });
  const [from, to] = [live.slice(0, 7), next.slice(0, 7)];
  expect(refused.err).toContain(`production is at ${from}, which is not in the history of ${to}`);
  const line = /hoist (sync .*)/.exec(refused.err)?.[1] ?? "";
  expect(line).toContain(`--accept-live ${live.slice(0, 12)}`);
  expect(await hoist(...line.trim().split(" "))).toMatchObject({ code: 0 });
});

test("an id of another commit, or one that is too short, does not override the ancestry check", async () => {
  const { repository, hoist } = await aSyncedTree(SQLITE, { voice_logging: flagText() });
  const live = repository.git("rev-parse", "HEAD");
  repository.git("checkout", "--quiet", "--orphan", "rewritten");
  const next = repository.commit("Everything anew");
  expect(await hoist("sync", "--accept-live", live.slice(0, 6))).toMatchObject({ code: 4 });
  expect(await hoist("sync", "--accept-live", next)).toMatchObject({ code: 4 });
});
