import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { startProcess } from "../support/store-process.ts";
import type { Engine, Opened } from "./contract.ts";
import { batch, aWrite, write } from "./rows.ts";

const ROUNDS = process.env["FULL"] ? 8 : 1;
const WRITES = process.env["FULL"] ? 100 : 10;

export function raceContract(engine: Engine, fresh: () => Promise<Opened>): void {
  describe("concurrent processes", () => {
    test("of eight processes that migrate a new database, exactly one creates it", async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const url = await engine.freshUrl();
        const racers = Array.from({ length: 8 }, () => startProcess("store-migrate.ts", [url, "production"]));
        await Promise.all(racers.map(({ child }) => once(child.stdout ?? child, "data")));
        for (const { child } of racers) child.stdin?.end("go\n");
        const reports = await Promise.all(racers.map(({ done }) => done));
        const created = reports.map((text) => JSON.parse(text.slice(text.indexOf("{"))).created);
        expect(created.filter(Boolean)).toHaveLength(1);
      }
    });

    test("of several syncs of one plan, one is applied and the others are stale", async () => {
      const { store } = await fresh();
      const head = await store.readHead();
      const tries = ["a", "b", "c", "d", "e"].map((name) =>
        store.apply(batch(head, [aWrite({ columns: { description: name } })])),
      );
      const results = await Promise.allSettled(tries);
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const refused = results.filter((result) => result.status === "rejected");
      expect(refused.map(({ reason }) => reason.code)).toEqual(Array(4).fill("PLAN_STALE"));
    });

    test("syncs and manual changes at the same time lose no change, and the revision only grows", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite({ key: "counter" }), aWrite({ key: "by_hand" })]);
      const writers = ["one", "two", "three"].map((name) =>
        startProcess("store-write.ts", [url, name, String(WRITES)]),
      );
      let typed = 0;
      const race = { running: true };
      const typing = (async () => {
        while (race.running) {
          typed++;
          await engine.type(
            url,
            `UPDATE feature_toggles SET description = 'hand ${typed}' WHERE feature_key = 'by_hand';`,
          );
        }
      })();
      const revisions: number[] = [];
      const reading = (async () => {
        while (race.running) {
          const { head, rows } = await store.read();
          expect(rows).toHaveLength(2);
          revisions.push(head.revision);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      await Promise.all(writers.map(({ done }) => done));
      race.running = false;
      await Promise.all([typing, reading]);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      const entries = await store.audit({ limit: 10_000 });
      expect(entries.filter(({ action, key }) => action === "updated" && key === "counter")).toHaveLength(3 * WRITES);
      expect(entries.filter(({ bySync }) => !bySync)).toHaveLength(typed);
      const audited = entries.map(({ revision }) => revision).toReversed();
      expect(audited).toEqual(audited.toSorted((a, b) => a - b));
      expect((await store.readHead()).revision).toBe(audited.at(-1));
      const synced = entries.filter(({ key }) => key === "counter").map(({ changedBy }) => changedBy);
      expect([...new Set(synced)].sort()).toEqual(["dana@acme.dev", "one", "three", "two"]);
      const byHand = entries.filter(({ bySync }) => !bySync).map(({ changedBy }) => changedBy);
      expect([...new Set(byHand)]).toEqual([engine.byHand]);
    });
  });
}
