import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openFlags } from "../../../src/client/create-flags.ts";
import { savedSnapshotText } from "../../../src/client/snapshot/saved-snapshot.ts";
import { type Random, seededRandom } from "../../support/random.ts";
import { DOWN, fakeStore, manualClock, settle } from "../fakes.ts";
import { answersExpected, answersOf, definitionsOf, rowsOf } from "./flags.ts";
import { fileTextOf } from "./override-file.ts";
import { expectedOf, type Rows, type Sources } from "./precedence.ts";
import { KEYS, killValue, type Setting, someSettings } from "./settings.ts";

const CASES = process.env["FULL"] ? 50_000 : 2000;

function someRows(random: Random): Rows {
  const rows = KEYS.flatMap((key) => {
    const kind = random.next();
    return kind < 0.15 ? [] : [[key, kind < 0.6 ? "on" : "off"] as const];
  });
  return Object.fromEntries([["search", "on"], ...rows]);
}

/** Returns the variables of settings, and the settings that are left: a variable exists only once. */
function environmentOf(random: Random, settings: readonly Setting[]) {
  const env: Record<string, string> = { PATH: "/bin", FEATURE_BRANCH: "main" };
  const kept = settings.filter((setting) => {
    const name =
      setting.kind === "said" ? setting.said.name : setting.kind === "kill" ? "FLAGS_KILL" : "FLAGS_KILL_ALL";
    if (Object.hasOwn(env, name)) return false;
    env[name] =
      setting.kind === "said"
        ? setting.said.value
        : setting.kind === "kill"
          ? killValue(random, setting.entries)
          : setting.isAllowed
            ? "1"
            : "0";
    return true;
  });
  // Which of two spellings that enable a flag applies is not specified.
  const isFirst = (setting: Setting) =>
    setting.kind !== "said" ||
    setting.said.key !== "checkout_button" ||
    kept.find((other) => other.kind === "said" && other.said.key === "checkout_button") === setting;
  for (const setting of kept) if (!isFirst(setting) && setting.kind === "said") delete env[setting.said.name];
  return { env, settings: kept.filter(isFirst) };
}

test(`${CASES} random environments, files and kinds of data: every flag serves what the order of precedence says`, {
  timeout: 180_000,
}, async () => {
  const random = seededRandom();
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-random-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (let index = 0; index < CASES; index++) {
    const { env, settings: environment } = environmentOf(random, someSettings(random, 5));
    const isUp = random.next() < 0.5;
    const bundled = random.next() < 0.5 ? someRows(random) : undefined;
    // While the database is up, each new snapshot would be flushed to the disk.
    const saved = !isUp && random.next() < 0.6 ? someRows(random) : undefined;
    const hasData = isUp || bundled !== undefined || saved !== undefined;
    const file = hasData && random.next() < 0.5 ? someSettings(random, 6) : [];
    const definitions = random.next() < 0.5 ? someRows(random) : undefined;
    const table = isUp ? someRows(random) : undefined;
    const sources: Sources = { environment, file, table, saved, bundled, definitions };

    const head = { environment: "production", storeId: "store-1", epoch: 1, revision: 1, commit: null };
    const textOf = (rows: Rows) =>
      savedSnapshotText({ head, rows: rowsOf(rows), kept: [], savedAt: "2026-11-20T00:00:00.000Z" });
    const store = fakeStore(rowsOf(table ?? {}), { revision: 2 });
    if (!isUp) store.failure = DOWN;
    const overrideFile = join(folder, `${index}.env`);
    if (file.length > 0) writeFileSync(overrideFile, fileTextOf(random, file).text);
    const snapshotFile = join(folder, `${index}.json`);
    if (saved !== undefined) writeFileSync(snapshotFile, textOf(saved), { mode: 0o600 });
    const clock = manualClock();
    const opening = openFlags(
      {
        environment: "production",
        env,
        logger: false,
        snapshotFile: saved === undefined ? false : snapshotFile,
        ...(file.length > 0 ? { overrideFile } : {}),
        ...(bundled === undefined ? {} : { bundled: JSON.parse(textOf(bundled)) as unknown }),
        ...(definitions === undefined ? {} : { definitions: definitionsOf(definitions) }),
      },
      { clock, openStore: store.open },
    );
    if (!hasData) {
      await settle();
      await clock.advance(1500);
    }
    const { client } = await opening;
    const about = `seed ${random.seed}, case ${index}: ${JSON.stringify(sources)}`;
    expect(answersOf(client), about).toEqual(answersExpected((key) => expectedOf(key, sources)));
    await client.close();
  }
});
