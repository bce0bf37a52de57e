import type * as FileSystem from "node:fs/promises";
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { savedSnapshotText } from "../../../src/client/snapshot/saved-snapshot.ts";
import { aPipe } from "../../files/places.ts";
import { aFlag } from "../../support/flags.ts";
import { aFolder } from "../../support/repository.ts";
import { aRow } from "../../support/rows.ts";
import { openFlags } from "../../../src/client/create-flags.ts";
import { fakeStore, heard, manualClock, settle } from "../fakes.ts";
import { opened } from "../opened.ts";

/** Makes look-ups and renames of a path that contains "hung" wait, as on a network share whose server is gone. */
const hung = vi.hoisted(() => ({ isGone: true, answer: [] as (() => void)[] }));
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof FileSystem>();
  const waiting = <Call extends (path: never, ...more: never[]) => Promise<unknown>>(call: Call): Call =>
    (async (path: never, ...more: never[]) => {
      if (hung.isGone && String(path).includes("hung")) await new Promise<void>((done) => hung.answer.push(done));
      return call(path, ...more);
    }) as Call;
  return { ...real, stat: waiting(real.stat), lstat: waiting(real.lstat as never), open: waiting(real.open) };
});

const SAVED = {
  head: { environment: "production", storeId: "store-1", epoch: 1, revision: 57, commit: "91c0d3a" },
  rows: [aRow(aFlag({ key: "saved" }))],
  kept: [],
  savedAt: "2026-11-21T00:00:00.000Z",
};
const ROWS = [aRow(aFlag({ key: "saved" }))];

function down() {
  const store = fakeStore([]);
  store.failure = new Error("ECONNREFUSED");
  return store;
}

function aSavedFile(name = "production.snapshot.json"): string {
  const file = join(aFolder(), name);
  writeFileSync(file, savedSnapshotText(SAVED), { mode: 0o600 });
  return file;
}

/** Starts a client without a database and returns where its flags come from, and its log. */
async function startedWith(options: Parameters<typeof opened>[1]) {
  const { client, lines } = await opened(down(), options);
  await settle();
  return { source: client.status().source, log: lines.join("\n") };
}

async function warningsAfterSaving(snapshotFile: string): Promise<readonly string[]> {
  const { client, lines } = await opened(fakeStore(ROWS, { ...SAVED.head, revision: 9 }), { snapshotFile });
  await client.close();
  return lines.filter((line) => line.includes("replace it"));
}

describe("a saved snapshot", () => {
  test.skipIf(process.getuid?.() !== 0)("of another user is not used, and the log says why (as root)", async () => {
    const file = aSavedFile();
    chownSync(file, 1001, 1001);
    const { source, log } = await startedWith({ snapshotFile: file });
    expect(source).toBe("none");
    expect(log).toContain(
      `snapshot file ${file} is not used: it belongs to another user (uid 1001); it must belong to this user (uid 0) or to root`,
    );
  });

  test.each([0o602, 0o620, 0o666, 0o622])("of mode %o, which others can write, is not used", async (mode) => {
    const file = aSavedFile();
    chmodSync(file, mode);
    const { source, log } = await startedWith({ snapshotFile: file });
    expect(source).toBe("none");
    const shown = mode.toString(8).padStart(4, "0");
    expect(log).toContain(
      `is not used: other users can write to it (mode ${shown}); only its owner may: run chmod go-w`,
    );
  });

  test.each([0o600, 0o644, 0o400, 0o755])("of mode %o, which only its owner can write, is used", async (mode) => {
    const file = aSavedFile();
    chmodSync(file, mode);
    expect((await startedWith({ snapshotFile: file })).source).toBe("disk");
  });

  test.each([0o777, 0o770, 0o775, 0o702])(
    "in a folder of mode %o, in which others can replace it, is used with a warning",
    async (mode) => {
      const file = aSavedFile();
      const folder = dirname(file);
      chmodSync(folder, mode);
      expect((await startedWith({ snapshotFile: file })).source).toBe("disk");
      const shown = mode.toString(8).padStart(4, "0");
      expect(await warningsAfterSaving(file)).toEqual([
        `warn snapshot file ${file}: other users can replace it, because they can write to its folder (mode ${shown}): run chmod go-w ${folder}`,
      ]);
    },
  );

  test.each([0o700, 0o755, 0o1777])("in a folder of mode %o is used without a warning", async (mode) => {
    const file = aSavedFile();
    chmodSync(dirname(file), mode);
    expect((await startedWith({ snapshotFile: file })).source).toBe("disk");
    expect(await warningsAfterSaving(file)).toEqual([]);
  });

  test("that others could write is replaced by a private one", async () => {
    const file = aSavedFile();
    chmodSync(file, 0o666);
    const { client } = await opened(fakeStore(ROWS, { ...SAVED.head, revision: 3 }), { snapshotFile: file });
    await client.close();
    expect(JSON.parse(readFileSync(file, "utf8")).snapshot.head.revision).toBe(3);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("is found through the links of a mounted volume", async () => {
    const file = aSavedFile();
    symlinkSync(file, `${file}.link`);
    expect((await startedWith({ snapshotFile: `${file}.link` })).source).toBe("disk");
  });

  test("that is a pipe, a folder or a device is refused at once, in reading and in writing", async () => {
    const folder = aFolder();
    aPipe(join(folder, "pipe"));
    mkdirSync(join(folder, "folder"));
    for (const [path, kind] of [
      [join(folder, "pipe"), "a pipe"],
      [join(folder, "folder"), "a folder"],
      ["/dev/zero", "a device"],
    ] as const) {
      const { source, log } = await startedWith({ snapshotFile: path });
      expect(source).toBe("none");
      expect(log).toContain(`snapshot file ${path} is not used: it is ${kind}, not a regular file`);
      const before = statSync(path).ino;
      const up = await opened(fakeStore(ROWS), { snapshotFile: path });
      await up.client.close();
      expect(up.client.status().snapshotFile?.lastError).toContain(`is ${kind}; only regular files are written`);
      expect(statSync(path).ino).toBe(before);
    }
  });

  test("never replaces /dev/null", async () => {
    const before = statSync("/dev/null");
    const { client, lines } = await opened(fakeStore(ROWS), { snapshotFile: "/dev/null" });
    await client.close();
    expect(statSync("/dev/null")).toMatchObject({ ino: before.ino, mode: before.mode });
    expect(lines.join("\n")).toContain("snapshot file /dev/null cannot be written (null is a device");
  });

  test("is not written through a link, neither in place of the file nor of the default folder", async () => {
    const folder = aFolder();
    writeFileSync(join(folder, "victim"), "precious");
    symlinkSync("victim", join(folder, "s.json"));
    mkdirSync(join(folder, "outside"));
    symlinkSync("outside", join(folder, ".flaghoist"));
    for (const path of [join(folder, "s.json"), join(folder, ".flaghoist", "production.snapshot.json")]) {
      const { client } = await opened(fakeStore(ROWS), { snapshotFile: path });
      await client.close();
      expect(client.status().snapshotFile?.lastError).toContain("is a symbolic link");
    }
    expect(readFileSync(join(folder, "victim"), "utf8")).toBe("precious");
    expect(() => statSync(join(folder, "outside", "production.snapshot.json"))).toThrow("ENOENT");
  });
});

describe("a bundled snapshot", () => {
  test("may belong to anybody and be writable by anybody", async () => {
    const file = aSavedFile();
    if (process.getuid?.() === 0) chownSync(file, 1001, 1001);
    chmodSync(file, 0o666);
    expect((await startedWith({ bundled: file })).source).toBe("bundled");
  });

  test.each([
    ["/dev/zero", "it is a device, not a regular file"],
    ["/nowhere/snapshot.json", "it does not exist"],
  ])("%s is refused", async (bundled, reason) => {
    const { source, log } = await startedWith({ bundled });
    expect(source).toBe("none");
    expect(log).toContain(`bundled snapshot ${bundled} is not used: ${reason}`);
  });
});

describe("a disk that does not answer", () => {
  function aHungFile(): string {
    const file = aSavedFile("hung.json");
    hung.isGone = true;
    onTestFinished(() => {
      hung.isGone = false;
      for (const answer of hung.answer.splice(0)) answer();
    });
    return file;
  }

  test("delays neither start nor close, and its snapshot is used when it can be read", async () => {
    const { client } = await opened(down(), { snapshotFile: aHungFile() });
    expect(client.status()).toMatchObject({ source: "none", ready: false });
    hung.isGone = false;
    for (const answer of hung.answer.splice(0)) answer();
    await expect.poll(() => client.status().source).toBe("disk");
    await client.close();
  });

  test("does not delay close while it is read", async () => {
    const { client } = await opened(down(), { snapshotFile: aHungFile() });
    await client.close();
    expect(client.status().source).toBe("none");
  });

  test("delays close only for a moment while it is written", async () => {
    const { client, clock } = await opened(fakeStore(ROWS), { snapshotFile: aHungFile() });
    let isClosed = false;
    const closing = client.close().then(() => {
      isClosed = true;
    });
    await clock.advance(1400);
    expect(isClosed).toBe(false);
    await clock.advance(100);
    await closing;
  });
});

describe("an override file on a disk that does not answer", () => {
  /** A file with a kill; `answered` ends the wait for its disk. */
  function aHungKill() {
    const overrideFile = join(aFolder(), "hung.env");
    writeFileSync(overrideFile, "FLAGS_KILL=saved");
    hung.isGone = true;
    const answered = (): void => {
      hung.isGone = false;
      for (const answer of hung.answer.splice(0)) answer();
    };
    onTestFinished(answered);
    return { overrideFile, answered };
  }

  test("is awaited by the start although the database has answered, so that its kills are in force", async () => {
    const { overrideFile, answered } = aHungKill();
    const [clock, store, logger] = [manualClock(), fakeStore(ROWS), heard()];
    const options = { environment: "production", env: {}, snapshotFile: false, overrideFile, logger } as const;
    let isStarted = false;
    const opening = openFlags(options, { clock, openStore: store.open }).then((started) => {
      isStarted = true;
      return started;
    });
    await clock.advance(1499);
    expect(store.counts.reads).toBe(1);
    expect(isStarted).toBe(false);
    answered();
    const { client } = await opening;
    onTestFinished(() => client.close());
    expect(client.isEnabled("saved")).toBe(false);
    expect(logger.lines.join("\n")).not.toContain("error");
  });

  test("is reported at the end of the initial timeout, because its kills are not in force", async () => {
    const { overrideFile, answered } = aHungKill();
    const { client, lines } = await opened(fakeStore(ROWS), { overrideFile });
    expect(lines).toEqual([
      "info production, revision 1 (4be12f0), 1 flag from a fake store",
      `error override file ${overrideFile} has not been read yet; until then none of its overrides is in force, kills included`,
    ]);
    answered();
    await expect.poll(() => client.isEnabled("saved")).toBe(false);
  });
});
