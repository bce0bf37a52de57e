import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  parseSavedSnapshot,
  type SavedSnapshot,
  savedSnapshotText,
  snapshotIn,
} from "../../../src/client/snapshot/saved-snapshot.ts";
import { readSnapshot, type Snapshot, withKills } from "../../../src/client/snapshot/snapshot.ts";
import { keepSnapshotFile } from "../../../src/client/snapshot/snapshot-file.ts";
import { aFlag, aRule, isOneOf } from "../../support/flags.ts";
import { aRow } from "../../support/rows.ts";
import { heard, manualClock } from "../fakes.ts";

const ROW = aRow(
  aFlag({ key: "checkout", name: "Kassa – öppen 🚗", rules: [aRule({ when: isOneOf("userRole", "admin") })] }),
);
const SAVED: SavedSnapshot = {
  head: { environment: "production", storeId: "store-1", epoch: 1, revision: 57, commit: "91c0d3a" },
  rows: [ROW],
  kept: [],
  savedAt: "2026-11-21T00:00:00.000Z",
};
/** What is saved as {@link SAVED} at the beginning of a manual clock. */
const SNAPSHOT = readSnapshot(SAVED, { source: "database", previous: undefined, definitions: undefined });
const BYTES = Buffer.from(savedSnapshotText(SAVED));

function at(revision: number): Snapshot {
  return { ...SNAPSHOT, head: { ...SNAPSHOT.head, revision } };
}

function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-saved-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "deep", "production.snapshot.json");
}

test("a saved snapshot is read back unchanged", () => {
  expect(parseSavedSnapshot(BYTES, "production")).toEqual({ ok: true, saved: SAVED });
  expect(snapshotIn(JSON.parse(BYTES.toString()), "production")).toEqual({ ok: true, saved: SAVED });
});

test("any changed byte is found", () => {
  const masks = process.env["FULL"] ? [1, 2, 4, 8, 16, 32, 64, 128, 255] : [1, 32];
  for (let at = 0; at < BYTES.length; at++) {
    for (const mask of masks) {
      const damaged = Buffer.from(BYTES);
      damaged[at] = (damaged[at] ?? 0) ^ mask;
      expect(parseSavedSnapshot(damaged, "production"), `byte ${at} ^ ${mask}`).toMatchObject({ ok: false });
    }
  }
});

test("any truncation and any addition is found", () => {
  for (let length = 0; length < BYTES.length; length++) {
    expect(parseSavedSnapshot(BYTES.subarray(0, length), "production"), `${length} bytes`).toMatchObject({ ok: false });
  }
  for (const more of [" ", "\n", "\0", "{}"]) {
    expect(parseSavedSnapshot(Buffer.concat([BYTES, Buffer.from(more)]), "production")).toMatchObject({ ok: false });
  }
});

test("each reason not to use a snapshot is reported", () => {
  const reason = (json: unknown, environment = "production") => {
    const parsed = snapshotIn(json, environment);
    return parsed.ok ? "used" : parsed.reason;
  };
  const json = JSON.parse(BYTES.toString());
  expect(reason(json, "staging")).toBe("it is a snapshot of production, but this process runs in staging");
  expect(reason({ ...json, format: "flaghoist-snapshot-2" })).toBe("its format is not flaghoist-snapshot-1");
  expect(reason({ ...json, sha256: "0" })).toBe("its checksum does not match: edited or damaged");
  expect(reason(null)).toBe("it is not a saved snapshot");
  expect(reason([])).toBe("it is not a saved snapshot");
});

test("a file is complete and private, in a private folder, and no temporary file remains", async () => {
  const path = freshPath();
  const saver = keepSnapshotFile(path, manualClock(), heard());
  saver.save(SNAPSHOT);
  await saver.close();
  expect(saver.status()).toEqual({ path, lastError: null });
  expect(parseSavedSnapshot(readFileSync(path), "production")).toEqual({ ok: true, saved: SAVED });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(path, ".."))).toEqual(["production.snapshot.json"]);
});

test("of many changes within 5 s only the first and the last are written", async () => {
  const path = freshPath();
  const clock = manualClock();
  const saver = keepSnapshotFile(path, clock, heard());
  const written = (): unknown => existsSync(path) && JSON.parse(readFileSync(path, "utf8")).snapshot.head.revision;
  saver.save(at(1));
  // An application that has just become ready is left alone.
  await clock.advance(99);
  expect(written()).toBe(false);
  await clock.advance(1);
  await expect.poll(written).toBe(1);
  for (let revision = 2; revision <= 50; revision++) saver.save(at(revision));
  await clock.advance(4999);
  expect(written()).toBe(1);
  await clock.advance(1);
  await expect.poll(written).toBe(50);
  await saver.close();
});

test("a change that disables a flag is written at once, however short ago the last write was", async () => {
  const path = freshPath();
  const clock = manualClock();
  const saver = keepSnapshotFile(path, clock, heard());
  const written = (): unknown => existsSync(path) && JSON.parse(readFileSync(path, "utf8")).snapshot.head.revision;
  saver.save(at(1));
  await clock.advance(100);
  await expect.poll(written).toBe(1);
  saver.save(at(2));
  await clock.advance(10);
  expect(written()).toBe(1);
  saver.save(withKills(at(3), [{ ...ROW, enabled: false }]));
  await expect.poll(written).toBe(3);
  // The pause begins again.
  saver.save(at(4));
  await clock.advance(4999);
  expect(written()).toBe(3);
  await clock.advance(1);
  await expect.poll(written).toBe(4);
  await saver.close();
});

test("processes that share the file leave a complete one of the newest revision", async () => {
  const path = freshPath();
  const savers = Array.from({ length: 8 }, () => keepSnapshotFile(path, manualClock(), heard()));
  for (const [index, saver] of savers.entries()) {
    saver.save(at(index + 1));
  }
  await Promise.all(savers.map((saver) => saver.close()));
  expect(parseSavedSnapshot(readFileSync(path), "production")).toMatchObject({ ok: true });
  const last = keepSnapshotFile(path, manualClock(), heard());
  last.save(at(100));
  await last.close();
  const older = keepSnapshotFile(path, manualClock(), heard());
  older.save(at(99));
  await older.close();
  expect(parseSavedSnapshot(readFileSync(path), "production")).toMatchObject({ saved: { head: { revision: 100 } } });
  expect(readdirSync(join(path, ".."))).toHaveLength(1);
});
