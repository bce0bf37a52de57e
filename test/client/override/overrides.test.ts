import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { aColourFlag, aFlag } from "../../support/flags.ts";
import { aRow } from "../../support/rows.ts";
import { fakeStore, type ManualClock } from "../fakes.ts";
import { opened } from "../opened.ts";

const ROWS = [
  aRow(aFlag({ key: "workshop_routing" })),
  aRow(aFlag({ key: "voice_logging", enabled: false })),
  aRow(aColourFlag({ key: "checkout_button" })),
];

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-overrides-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "overrides.env");
}

/** Lets the file be read until something has happened. Reading takes its own time. */
async function tick(clock: ManualClock, hasHappened: () => boolean): Promise<void> {
  const tried = async (): Promise<boolean> => {
    await clock.advance(2000);
    return hasHappened();
  };
  await expect.poll(tried, { timeout: 20_000 }).toBe(true);
}

test("a process logs the overrides in force and their problems when it starts", async () => {
  const store = fakeStore(ROWS, { revision: 57, commit: "91c0d3a2c4" });
  const { lines } = await opened(store, {
    env: {
      FEATURE_WORKSHOP_ROUTING: "false",
      FEATURE_VOICE_LOGING: "on",
      FEATURE_CHECKOUT_BUTTON: "purple",
      FLAGS_KILL: "workshop_*",
    },
  });
  expect(lines).toEqual([
    "info production, revision 57 (91c0d3a), 3 flags from a fake store",
    "info override  workshop_routing  off   FLAGS_KILL=workshop_*",
    "error FEATURE_CHECKOUT_BUTTON is neither a variant (control, blue, green) nor off: checkout_button serves its off variant",
    "warn FEATURE_VOICE_LOGING matches no flag; the nearest name is voice_logging",
  ]);
});

test("an override file that does not exist is logged at the start, because its path may be wrong", async () => {
  const file = freshFile();
  const { lines } = await opened(fakeStore(ROWS), { env: { FLAGS_OVERRIDE_FILE: file } });
  await expect.poll(() => lines.at(-1)).toBe(`info override file ${file} does not exist yet; it is checked every 2 s`);
  writeFileSync(file, "FEATURE_WORKSHOP_ROUTING=false\n");
  const other = await opened(fakeStore(ROWS), { env: { FLAGS_OVERRIDE_FILE: file } });
  await expect.poll(() => other.client.isEnabled("workshop_routing")).toBe(false);
  expect(other.lines.filter((line) => line.includes("does not exist"))).toEqual([]);
});

test("the relative path of an override file is resolved at the start, so the program may change its folder", async () => {
  const file = freshFile();
  const env = { FLAGS_OVERRIDE_FILE: relative(process.cwd(), file) };
  const { lines } = await opened(fakeStore(ROWS), { env });
  await expect.poll(() => lines.at(-1)).toContain(`file ${file} does not exist yet`);
});

test("the environment overrides the table in both directions, and the status shows variable, origin and time", async () => {
  const env: Record<string, string> = {
    FEATURE_VOICE_LOGGING: "true",
    FEATURE_WORKSHOP_ROUTING: "0",
    FEATURE_CHECKOUT_BUTTON: "green",
  };
  const { client } = await opened(fakeStore(ROWS), { env });
  expect(client.isEnabled("voice_logging")).toBe(true);
  expect(client.evaluate("workshop_routing", true)).toMatchObject({
    value: false,
    reason: "STATIC",
    metadata: { override: "FEATURE_WORKSHOP_ROUTING", revision: 1 },
  });
  expect(client.value("checkout_button", "")).toBe("#0f0");
  expect(client.status().overrides[0]).toEqual({
    flagKey: "checkout_button",
    variant: "green",
    via: "FEATURE_CHECKOUT_BUTTON",
    variable: "FEATURE_CHECKOUT_BUTTON",
    origin: "environment",
    isValid: true,
    since: "2026-11-21T00:00:00.000Z",
  });
  env["FEATURE_VOICE_LOGGING"] = "false";
  expect(client.isEnabled("voice_logging")).toBe(true);
});

test("a kill in the file needs no restart: off in the file beats on in the environment, until the line is removed", async () => {
  const overrideFile = freshFile();
  const { client, clock, lines } = await opened(fakeStore(ROWS), {
    env: { FEATURE_WORKSHOP_ROUTING: "true" },
    overrideFile,
  });
  const seen: string[] = [];
  client.on("override", ({ overrides }) =>
    seen.push(overrides.map(({ flagKey, variant }) => `${flagKey} ${variant}`).join()),
  );
  client.on("changed", ({ keys }) => seen.push(`changed ${keys.join()}`));
  writeFileSync(overrideFile, "FEATURE_WORKSHOP_ROUTING=false\nFEATURE_CHECKOUT_BUTTON=blue\n");
  await tick(clock, () => !client.isEnabled("workshop_routing"));
  expect(seen).toEqual(["changed checkout_button,workshop_routing", "checkout_button blue,workshop_routing off"]);
  expect(lines.slice(-2)).toEqual([
    `info override  checkout_button   blue   FEATURE_CHECKOUT_BUTTON   ${overrideFile}`,
    `info override  workshop_routing  off    FEATURE_WORKSHOP_ROUTING   ${overrideFile}`,
  ]);
  rmSync(overrideFile);
  await tick(clock, () => client.isEnabled("workshop_routing"));
  expect(lines.at(-1)).toBe("info override  checkout_button   ended   FEATURE_CHECKOUT_BUTTON   " + overrideFile);
});

test("a file that can no longer be read keeps its overrides, and the reason is logged once", async () => {
  const overrideFile = freshFile();
  writeFileSync(overrideFile, "FLAGS_KILL=workshop_*\n");
  const { client, clock, lines } = await opened(fakeStore(ROWS), { overrideFile });
  expect(client.isEnabled("workshop_routing")).toBe(false);
  renameSync(overrideFile, `${overrideFile}.old`);
  mkdirSync(overrideFile);
  chmodSync(overrideFile, 0o700);
  const errors = () => lines.filter((line) => line.startsWith("error"));
  await tick(clock, () => errors().length === 1);
  await clock.advance(2000);
  expect(client.isEnabled("workshop_routing")).toBe(false);
  rmSync(overrideFile, { recursive: true });
  await tick(clock, () => client.isEnabled("workshop_routing"));
  expect(errors()).toEqual([
    `error override file ${overrideFile} cannot be read (it is a folder, not a regular file); the overrides read before stay in force`,
  ]);
});

test("a pattern applies to a flag that is synced later", async () => {
  const store = fakeStore(ROWS);
  const { client, clock, lines } = await opened(store, { env: { FLAGS_KILL: "workshop_*" } });
  store.rows = [...ROWS, aRow(aFlag({ key: "workshop_payments" }))];
  store.head = { ...store.head, revision: 2 };
  await clock.advance(10_000);
  expect(client.evaluate("workshop_payments", true)).toMatchObject({
    value: false,
    metadata: { override: "FLAGS_KILL=workshop_*" },
  });
  expect(lines.at(-2)).toBe("info override  workshop_payments  off   FLAGS_KILL=workshop_*");
});

test("a problem is logged once, not with every snapshot, and again when it comes back", async () => {
  const store = fakeStore(ROWS);
  const { client, clock, lines } = await opened(store, { env: { FEATURE_BRANCH: "main" } });
  const told = () => lines.filter((line) => line.startsWith("warn FEATURE_BRANCH matches no flag")).length;
  expect(told()).toBe(1);
  for (let revision = 2; revision < 6; revision++) {
    store.rows = revision === 4 ? [...ROWS, aRow(aFlag({ key: "branch" }))] : ROWS;
    store.head = { ...store.head, revision };
    await clock.advance(10_000);
    expect(told()).toBe(revision < 5 ? 1 : 2);
  }
  expect(client.status().problems).toMatchObject([{ code: "override-unknown", variable: "FEATURE_BRANCH" }]);
  expect(JSON.stringify([client.status(), lines])).not.toContain("main");
});

test("since is unchanged while the override is unchanged", async () => {
  const store = fakeStore(ROWS);
  const { client, clock } = await opened(store, { env: { FEATURE_WORKSHOP_ROUTING: "off" } });
  const [before] = client.status().overrides;
  store.head = { ...store.head, revision: 2 };
  await clock.advance(3_600_000);
  expect(client.status().overrides).toEqual([before]);
});
