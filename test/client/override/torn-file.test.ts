import { execFileSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { OVERRIDE_READERS } from "../../../src/client/override/override-readers.ts";
import { settledText } from "../../../src/client/override/settled-text.ts";
import { compileFlags } from "../../../src/core/evaluate/compile.ts";
import { parseOverrides } from "../../../src/core/override/parse-overrides.ts";
import { aFlag } from "../../support/flags.ts";
import { aRow } from "../../support/rows.ts";
import { fakeStore } from "../fakes.ts";
import { opened } from "../opened.ts";

const MAX_BYTES = 1024 * 1024;
const KEYS = ["checkout", "search", "booking"];
const FLAGS = [...KEYS.map((key) => aFlag({ key })), aFlag({ key: "voice", enabled: false })];

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-torn-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "overrides.env");
}

/** A source whose reads a test decides, and the flags that are on after each of them. */
function source() {
  const settled = settledText();
  return {
    failed: settled.failed,
    read: (text: string, isCut = false): string => {
      const overrides = parseOverrides({}, [{ origin: "file", path: "f", ...settled.read(text, isCut) }]);
      const set = compileFlags({ flags: FLAGS, overrides });
      return [...KEYS, "voice"].filter((key) => set.isOn(key, {})).join(" ");
    },
  };
}

describe("reads of an override file", () => {
  test("a kill applies with the first read, and ends with the second read in a row that does not contain it", () => {
    const file = source();
    expect(file.read("FEATURE_CHECKOUT=false\n")).toBe("search booking");
    expect(file.read("")).toBe("search booking");
    expect(file.read("FEATURE_CHECKOUT=fal")).toBe("search booking");
    expect(file.read("")).toBe("search booking");
    expect(file.read("")).toBe("checkout search booking");
  });

  test("a kill that only one of several different reads contained ends in the same way", () => {
    const file = source();
    for (const text of ["FLAGS_KILL=booking", "FLAGS_KILL=search", "", "FLAGS_KILL=checkout"]) file.read(text);
    expect(file.read("# nothing")).toBe("");
    expect(file.read("# nothing\n# more")).toBe("checkout search booking");
  });

  test("a failed read is not counted as an equal one", () => {
    const file = source();
    file.read("FLAGS_KILL=booking");
    file.read("");
    file.failed();
    expect(file.read("")).toBe("checkout search");
    expect(file.read("")).toBe("checkout search booking");
  });

  test("an enabled flag that is killed is off at once; a killed one that is enabled waits for the second read", () => {
    const file = source();
    expect(file.read("FEATURE_VOICE=true")).toBe("checkout search booking voice");
    expect(file.read("FEATURE_VOICE=false")).toBe("checkout search booking");
    file.read("FEATURE_VOICE=false");
    expect(file.read("FEATURE_VOICE=true")).toBe("checkout search booking");
    expect(file.read("FEATURE_VOICE=true")).toBe("checkout search booking voice");
  });

  test("of a file that is too large the kills apply, and what was read before stays in force", () => {
    const file = source();
    file.read("FLAGS_KILL=booking\nFEATURE_VOICE=true");
    expect(file.read("FEATURE_CHECKOUT=off\nFEATURE_VOICE=true", true)).toBe("search voice");
    expect(file.read("FEATURE_CHECKOUT=off\nFEATURE_VOICE=true", true)).toBe("search voice");
    expect(file.read("FEATURE_SEARCH=off")).toBe("voice");
    expect(file.read("FEATURE_SEARCH=off")).toBe("checkout booking");
  });

  test("any beginning of a file keeps the kills of the whole file", () => {
    const text = "# incident\nFLAGS_KILL='checkout, search'\nFEATURE_BOOKING=false\n";
    for (let length = 0; length <= text.length; length++) {
      const file = source();
      file.read(text);
      expect(file.read(text.slice(0, length)), `${length} characters`).toBe("");
    }
  });

  test("a file that is rewritten in place all the time never lifts a kill", async () => {
    const path = freshFile();
    writeFileSync(path, "FEATURE_CHECKOUT=false\n");
    const file = source();
    const whole = "FEATURE_CHECKOUT=false\nFEATURE_SEARCH=on\n";
    file.read(whole);
    let isLifted = false;
    // Two reads in a row may both hit an empty file here, because they are not 2 s apart: every second one is of the whole file.
    for (let round = 0; round < 300; round++) {
      const writing = writeFile(path, `# ${"x".repeat((round * 370) % 70_000)}\n${whole}`);
      const found = await OVERRIDE_READERS.file(path);
      const text = "text" in found ? (found.text ?? "") : "";
      for (const each of [text, whole]) isLifted ||= file.read(each).includes("checkout");
      await writing;
    }
    expect(isLifted).toBe(false);
  });
});

describe("the file of a client", () => {
  const rows = KEYS.map((key) => aRow(aFlag({ key })));
  const on = (client: { isEnabled: (key: string) => boolean }) => KEYS.filter((key) => client.isEnabled(key)).join(" ");
  const LARGE = `FLAGS_KILL=checkout\nFEATURE_SEARCH=off\n${"# padding\n".repeat(MAX_BYTES / 10)}FEATURE_BOOKING=off\n`;

  test("that is too large at the start applies the kills in its beginning, and the log says exactly that", async () => {
    const overrideFile = freshFile();
    writeFileSync(overrideFile, LARGE);
    const { client, lines } = await opened(fakeStore(rows), { overrideFile });
    expect(on(client)).toBe("booking");
    expect(lines.filter((line) => line.startsWith("error"))).toEqual([
      `error ${overrideFile} is too large: only its beginning is read, and only the lines in it that disable flags apply`,
    ]);
    expect(client.status().problems).toMatchObject([{ code: "override-cut", severity: "error" }]);
  });

  test.each([
    ["a folder", (path: string) => rmSync(path, { force: true }) ?? execFileSync("mkdir", [path])],
    ["a pipe", (path: string) => execFileSync("mkfifo", [path])],
    ["a device", (path: string) => symlinkSync("/dev/zero", path)],
  ])("that is %s is refused without waiting, and the log says that nothing of it applies", async (what, create) => {
    const overrideFile = freshFile();
    create(overrideFile);
    const { client, lines } = await opened(fakeStore(rows), { overrideFile });
    expect(on(client)).toBe("checkout search booking");
    expect(lines).toContain(
      `error override file ${overrideFile} cannot be read (it is ${what}, not a regular file); none of its overrides is in force`,
    );
  });

  test("may be a link to a regular file, as in a mounted ConfigMap", async () => {
    const target = freshFile();
    writeFileSync(target, "FLAGS_KILL=checkout");
    const overrideFile = freshFile();
    symlinkSync(target, overrideFile);
    const { client } = await opened(fakeStore(rows), { overrideFile });
    expect(on(client)).toBe("search booking");
  });

  test("that is deleted ends its kills with the second read, and a warning says so", async () => {
    const overrideFile = freshFile();
    writeFileSync(overrideFile, "FLAGS_KILL=checkout");
    const { client, clock, lines } = await opened(fakeStore(rows), { overrideFile });
    expect(on(client)).toBe("search booking");
    rmSync(overrideFile);
    const isRead = async () => {
      await clock.advance(2000);
      return on(client);
    };
    await expect.poll(isRead, { timeout: 20_000 }).toBe("checkout search booking");
    await clock.advance(2000);
    expect(lines.filter((line) => line.startsWith("warn"))).toEqual([
      `warn override file ${overrideFile} is gone: its overrides have ended, and its kills with them`,
    ]);
  });

  test("is followed when it is replaced, and a kill in UTF-16 applies", async () => {
    const overrideFile = freshFile();
    const { client, clock } = await opened(fakeStore(rows), { overrideFile });
    const next = freshFile();
    writeFileSync(next, Buffer.from("\ufeffFEATURE_CHECKOUT=false\r\n", "utf16le"));
    renameSync(next, overrideFile);
    const isRead = async () => {
      await clock.advance(2000);
      return on(client);
    };
    await expect.poll(isRead, { timeout: 20_000 }).toBe("search booking");
  });
});
