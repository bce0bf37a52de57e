import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { FlagsClient } from "../../../src/client/flags-client.ts";
import { settledText } from "../../../src/client/override/settled-text.ts";
import { compileFlags } from "../../../src/core/evaluate/compile.ts";
import { decodedOverrides } from "../../../src/core/override/override-text.ts";
import { parseOverrides } from "../../../src/core/override/parse-overrides.ts";
import { type Random, seededRandom } from "../../support/random.ts";
import { fakeStore } from "../fakes.ts";
import { opened } from "../opened.ts";
import { answersExpected, answersOf, flagOf, rowsOf } from "./flags.ts";
import { ENCODINGS, fileTextOf } from "./override-file.ts";
import { expectedOf, kills, namedIn, type Rows, saidAbout, saysOff } from "./precedence.ts";
import { KEYS, type Key, pick, type Setting, someSettings } from "./settings.ts";

const FILES = process.env["FULL"] ? 200_000 : 10_000;
/** Every second flag is on in the table. */
const TABLE: Rows = Object.fromEntries(KEYS.map((key, index) => [key, index % 2 === 0 ? "on" : "off"]));
const FLAGS = KEYS.map((key) => flagOf(key, TABLE[key] === "on"));

type Served = Pick<FlagsClient, "evaluate">;

/** The flags as a process serves them that reads these bytes one after the other. */
function served(...reads: readonly Uint8Array[]): Served {
  const settled = settledText();
  let said = settled.read("", false);
  for (const bytes of reads) said = settled.read(decodedOverrides(bytes), false);
  const overrides = parseOverrides({}, [{ origin: "file", path: "overrides.env", ...said }]);
  const set = compileFlags({ flags: FLAGS, overrides, revision: 1 });
  return { evaluate: (key, defaultValue, context) => set.evaluate(key, context ?? {}, defaultValue) };
}

/** The flags that must be off because of these lines alone. */
function offIn(settings: readonly Setting[]): readonly Key[] {
  return KEYS.filter(
    (key) =>
      saidAbout(key, settings).some(saysOff) ||
      settings.some((setting) => setting.kind === "kill" && kills(setting.entries, key, settings)),
  );
}

const isOff = (set: Served, key: Key) => {
  const { value } = set.evaluate(key, undefined, { userId: "u" });
  return value === false || value === "grey";
};

test(`${FILES} random override files, whole and cut at every byte: what says off is off, and no other flag is affected`, {
  timeout: 180_000,
}, () => {
  const random = seededRandom();
  const plain = answersOf(served());
  let count = 0;
  while (count < FILES) {
    const settings = someSettings(random, 5);
    const file = fileTextOf(random, settings);
    const { text } = file;
    const encoding = pick(random, ENCODINGS);
    const ends = file.ends.map((end) => encoding.encode(text.slice(0, end)).length);
    const whole = encoding.encode(text);
    const about = `seed ${random.seed}, ${encoding.name}, ${JSON.stringify(text)}`;
    const expected = answersExpected((key) => expectedOf(key, { environment: [], file: settings, table: TABLE }));
    expect(answersOf(served(whole)), about).toEqual(expected);
    const named = namedIn(settings);
    // A flag that requires another one follows it.
    const others = KEYS.filter((key) => !named.has(key) && !(key === "needs_search" && named.has("search")));
    const offInWhole = offIn(settings);
    for (let cut = 0; cut <= whole.length && count < FILES; cut += 1, count += 1) {
      const part = whole.subarray(0, cut);
      const complete = settings.filter((_, index) => (ends[index] ?? 0) <= cut);
      const first = served(part);
      const torn = served(whole, whole, part);
      const answers = answersOf(first);
      const changed = (key: Key) => answers[KEYS.indexOf(key)] !== plain[KEYS.indexOf(key)];
      const wrong = [
        ...offIn(complete).flatMap((key) => (isOff(first, key) ? [] : [`${key} is not off`])),
        ...others.flatMap((key) => (changed(key) ? [`${key} changed`] : [])),
        ...offInWhole.flatMap((key) => (isOff(torn, key) ? [] : [`${key} is not off after the whole file`])),
      ];
      if (wrong.length > 0) expect.fail(`${about}, cut after ${cut} bytes: ${wrong.join(", ")}`);
      // Exactly the whole file again, whatever was read in between.
      if (cut % 5 === 0) expect(answersOf(served(whole, part, whole, whole)), about).toEqual(expected);
    }
  }
});

test("a client that reads random files, and bytes that are no text, serves what they say", async () => {
  const random = seededRandom();
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-random-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const overrideFile = join(folder, "overrides.env");
  const { client, clock } = await opened(fakeStore(rowsOf(TABLE)), { overrideFile });
  const serves = async (bytes: Uint8Array, expected: readonly string[], about: string) => {
    writeFileSync(overrideFile, bytes);
    const answers = async () => {
      await clock.advance(2000);
      return answersOf(client);
    };
    await expect.poll(answers, { timeout: 20_000, interval: 5, message: about }).toEqual(expected);
  };
  for (let round = 0; round < 30; round++) {
    const settings = someSettings(random, 6);
    const { text } = fileTextOf(random, settings);
    const expected = answersExpected((key) => expectedOf(key, { environment: [], file: settings, table: TABLE }));
    await serves(pick(random, ENCODINGS).encode(text), expected, `seed ${random.seed}: ${JSON.stringify(text)}`);
    const noise = Buffer.from(Array.from({ length: 200 }, () => random.between(0, 256)));
    const table = answersExpected((key) => expectedOf(key, { environment: [], file: [], table: TABLE }));
    await serves(withoutNames(random, noise), table, `seed ${random.seed}: ${noise.toString("hex")}`);
  }
});

/** Returns the bytes without anything that could be a setting by chance. */
function withoutNames(random: Random, bytes: Buffer): Buffer {
  return bytes.map((byte) => (byte === 0x3d ? Math.floor(random.between(0x80, 0x100)) : byte)) as Buffer;
}
