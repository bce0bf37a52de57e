import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { FlagError } from "../../src/core/errors.ts";
import { migrateStore } from "../../src/store/open.ts";
import type { FlagStore } from "../../src/store/store.ts";
import type { SyncOutcome } from "../../src/sync/sync.ts";
import { onEveryEngine } from "../support/flag-database.ts";
import { aFlagRepository, flagPath, flagText } from "../support/flag-tree.ts";
import { seededRandom } from "../support/random.ts";
import { runSync } from "../support/run-sync.ts";
import { startSync } from "../support/sync-process.ts";

vi.setConfig({ testTimeout: 900_000 });

/** Two connections of this process, which are quick to make; and two processes, which are the real thing. */
const RACES = process.env["FULL"] ? 450 : 22;
const PROCESS_RACES = process.env["FULL"] ? 50 : 3;

onEveryEngine((engine) => {
  test("an older commit never overwrites a newer one: it is applied first or refused", async () => {
    const random = seededRandom();
    const { repository, commits } = aHistory(2 * RACES);
    const { url, rows } = await engine.fresh();
    await migrateStore(url, "staging");
    const counts = { "older first": 0, "older refused": 0 };
    for (let race = 0; race < RACES; race++) {
      const [older = "", newer = ""] = commits.slice(2 * race);
      const run = (ref: string) =>
        runSync({
          folder: repository.folder,
          ref,
          environment: "staging",
          url,
          around: (store) => hesitating(store, () => delay(random.between(0, 8))),
        }).then(outcomeText, errorCode);
      const [first, second] = await Promise.all([run(older), run(newer)]);
      counts[outcomeOfRace(first, second, random.seed)] += 1;
      expect(await rows(STATE), `seed ${random.seed}, race ${race}`).toEqual([
        { commit_sha: newer, description: `Version ${2 * race + 1}.` },
      ]);
    }
    console.log(`${engine.name}, ${RACES} races, seed ${random.seed}: ${JSON.stringify(counts)}`);
    expect(counts["older first"]).toBeGreaterThan(0);
    expect(counts["older refused"]).toBeGreaterThan(0);
  });

  test("an older commit never overwrites a newer one from another process, even on a new database", async () => {
    const { repository, commits } = aHistory(2);
    const [older = "", newer = ""] = commits;
    for (let race = 0; race < PROCESS_RACES; race++) {
      const { url, rows } = await engine.fresh();
      const run = async (ref: string) => {
        const { child, lines } = await startSync(repository.folder, ref, "staging", url);
        child.stdin?.end();
        let last = "";
        lines.on("line", (line) => (last = line));
        await once(lines, "close");
        return last.replace(/^(outcome|error) /, "");
      };
      const [first, second] = await Promise.all([run(older), run(newer)]);
      outcomeOfRace(first, second, 0);
      expect(await rows(STATE)).toEqual([{ commit_sha: newer, description: "Version 1." }]);
    }
  });
});

const STATE = `SELECT head.commit_sha, flag.description FROM flaghoist_head head, feature_toggles flag`;

/** Every description tells the number of its commit. */
function aHistory(length: number) {
  const repository = aFlagRepository({ checkout_button: flagText({ description: "Version 0." }) });
  const first = repository.git("rev-parse", "HEAD");
  const next = Array.from({ length: length - 1 }, (_, n) => {
    const text = flagText({ description: `Version ${n + 1}.` });
    const data = `data ${text.length}\n${text}`;
    const who = `committer Dana <dana@acme.dev> ${1_790_000_000 + 60 * n} +0000\ndata 6\nHigher`;
    return `commit refs/heads/main\n${who}\n${n === 0 ? `from ${first}\n` : ""}M 100644 inline ${flagPath("checkout_button")}\n${data}\n`;
  });
  repository.import(next.join(""));
  return { repository, commits: repository.git("rev-list", "--reverse", "main").split("\n") };
}

function outcomeOfRace(older: string, newer: string, seed: number): "older first" | "older refused" {
  expect(newer, `seed ${seed}`).toBe("synced");
  expect(older, `seed ${seed}`).toMatch(/^(synced|COMMIT_NOT_AHEAD)$/);
  return older === "synced" ? "older first" : "older refused";
}

function outcomeText({ kind }: SyncOutcome): string {
  return kind;
}

function errorCode(error: unknown): string {
  return error instanceof FlagError ? error.code : String(error);
}

/** The real store, asked at moments that nobody can foresee. */
function hesitating(store: FlagStore, pause: () => Promise<void>): FlagStore {
  return {
    ...store,
    read: async () => {
      await pause();
      return store.read();
    },
    apply: async (batch) => {
      await pause();
      return store.apply(batch);
    },
  };
}
