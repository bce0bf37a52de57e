import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFiles, type Files } from "../../../src/source/read/desired.ts";
import { runInlineTests } from "../../../src/source/check/inline-tests.ts";
import { aFlagRepository, commitFlags, flagText, writeFlags } from "../../support/flag-tree.ts";
import type { TestRepository } from "../../support/repository.ts";

const RULE = "rules:\n  - { name: first, if: { segment: staff }, serve: true }\nrollout: none";
const SEGMENT = "flags/_segments/staff.yaml";

/** As many flags as it takes for anything to be kept, of which one uses a segment. */
function aLargeRepository(): TestRepository {
  const flags = Object.fromEntries(
    Array.from({ length: 220 }, (_, n) => [`flag_${n}`, flagText({ lines: `rollout: ${n / 10}%` })]),
  );
  const repository = aFlagRepository(flags);
  writeFlags(repository, { with_segment: flagText({ lines: RULE }) });
  repository.write(SEGMENT, "description: Staff.\nif: { userRole: admin }\n");
  repository.commit("A segment");
  return repository;
}

function cacheFile({ folder }: TestRepository): string {
  const [name = ""] = readdirSync(join(folder, ".git/flaghoist"));
  return join(folder, ".git/flaghoist", name);
}

const read = ({ folder }: TestRepository) => readFiles({ folder, ref: "HEAD" }, () => {}, "2026-11-01");

/** Everything that a load says. */
function said({ loaded }: Files) {
  const { diagnostics, fileCount, testCount } = loaded;
  return { diagnostics, fileCount, testCount, flags: [...loaded.flagsFor("production").values()] };
}

/** What the same files say when nothing is remembered of them. */
async function saidAnew(repository: TestRepository) {
  const folder = join(repository.folder, ".git/flaghoist");
  rmSync(folder, { recursive: true, force: true });
  return said(await read(repository));
}

function rememberedOf(files: Files): number {
  return files.loaded.flags.filter(({ parsed }) => parsed.sound !== undefined).length;
}

test("what was read before is not parsed again, and says the same", async () => {
  const repository = aLargeRepository();
  const first = await read(repository);
  expect(rememberedOf(first)).toBe(0);
  const again = await read(repository);
  expect(rememberedOf(again)).toBe(221);
  expect(said(again)).toEqual(said(first));
  commitFlags(repository, "One", { flag_7: flagText({ lines: "rollout: 99%" }) });
  const changed = await read(repository);
  expect(rememberedOf(changed)).toBe(220);
  expect(rememberedOf(await read(repository)), "the changed one was added").toBe(221);
  expect(said(changed)).toEqual(await saidAnew(repository));
});

test("what is remembered is not asked of git either, but for the place of a problem", async () => {
  const repository = aLargeRepository();
  const first = said(await read(repository));
  const id = repository.git("rev-parse", "HEAD:flags/flag_7.yaml");
  rmSync(join(repository.folder, ".git/objects", id.slice(0, 2), id.slice(2)));
  const again = await read(repository);
  expect(said(again)).toEqual(first);
  const known = again.loaded.flags.find(({ key }) => key === "flag_8");
  expect(() => known?.parsed.text, "all that was left is read at once").toThrow("git has no file content to give");
});

test("a file with a fault is read anew each time, and its fault stands at the same place", async () => {
  const repository = aLargeRepository();
  await read(repository);
  const broken = { flag_3: flagText({ lines: "rollout: 5" }), flag_4: `${flagText()}expires: 2020-01-01\n` };
  commitFlags(repository, "A fault, and a warning", broken);
  const first = said(await read(repository));
  expect(first.diagnostics.map(({ file, line, severity }) => `${file}:${line} ${severity}`)).toEqual([
    "flags/flag_3.yaml:6 error",
    "flags/flag_4.yaml:7 warning",
  ]);
  expect(said(await read(repository))).toEqual(first);
  expect(await saidAnew(repository)).toEqual(first);
});

test("another segment is another question: rules that were sound before are checked again", async () => {
  const repository = aLargeRepository();
  await read(repository);
  repository.remove(SEGMENT);
  repository.commit("No segment");
  const gone = said(await read(repository));
  expect(gone.diagnostics).toEqual([
    expect.objectContaining({ file: "flags/with_segment.yaml", line: 7, code: "unknown-segment" }),
  ]);
  repository.write(
    SEGMENT,
    "description: Staff.\nif: { any: [{ userRole: { exists: true } }, { userRole: { exists: false } }] }\n",
  );
  commitFlags(repository, "Staff is everybody", {
    behind: flagText({
      lines: RULE.replace("rollout", "  - { name: second, if: { userRole: admin }, serve: true }\nrollout"),
    }),
  });
  const everybody = said(await read(repository));
  expect(everybody.diagnostics).toContainEqual(expect.objectContaining({ code: "unreachable-rule" }));
  expect(said(await read(repository))).toEqual(everybody);
  expect(await saidAnew(repository)).toEqual(everybody);
});

test("tests are told as before: those that fail each time, and those that another segment or another flag makes fail", async () => {
  const repository = aLargeRepository();
  const tested = (lines: string, expected: boolean) =>
    flagText({ lines: `${lines}\ntests: [{ given: { userRole: admin }, expect: ${expected} }]` });
  commitFlags(repository, "Tests", {
    with_segment: tested(RULE, true),
    wrong: tested("rollout: none", true),
    dependent: tested("requires: { with_segment: true }\nrollout: all", true),
  });
  const failing = async () => {
    const files = await read(repository);
    const tests = runInlineTests(files.loaded);
    return { passed: tests.passed, failing: tests.failures.map(({ file }) => file) };
  };
  expect(await failing()).toEqual({ passed: 2, failing: ["flags/wrong.yaml"] });
  expect(await failing(), "remembered").toEqual({ passed: 2, failing: ["flags/wrong.yaml"] });
  repository.write(SEGMENT, "description: Staff.\nif: { userRole: owner }\n");
  repository.commit("Admins are no staff any more");
  const all = ["flags/dependent.yaml", "flags/with_segment.yaml", "flags/wrong.yaml"];
  expect(await failing()).toEqual({ passed: 0, failing: all });
  expect(await failing(), "remembered").toEqual({ passed: 0, failing: all });
});

test("a damaged, cut off or foreign memory is passed over", async () => {
  const repository = aLargeRepository();
  const whole = said(await read(repository));
  const file = cacheFile(repository);
  const text = readFileSync(file, "utf8");
  const damages = [
    text.slice(0, text.length / 2),
    text.replaceAll('"enabled":true', '"enabled":false'),
    text.replaceAll("{", "["),
    "",
    "\0\0\0\n".repeat(1_000),
    text
      .split("\n")
      .map((line) => line.slice(9))
      .join("\n"),
  ];
  for (const damaged of damages) {
    writeFileSync(file, damaged);
    expect(said(await read(repository))).toEqual(whole);
  }
  expect(rememberedOf(await read(repository)), "and mended by what was read anew").toBe(221);
});

test("where nothing can be written, everything is read as if there were no memory", async () => {
  const repository = aLargeRepository();
  writeFileSync(join(repository.folder, ".git/flaghoist"), "a file where a folder should be");
  const first = said(await read(repository));
  expect(said(await read(repository))).toEqual(first);
});

test("the memory does not grow for ever", async () => {
  const repository = aLargeRepository();
  for (let round = 0; round < 8; round++) {
    const flags = Array.from({ length: 220 }, (_, n) => [
      `flag_${n}`,
      flagText({ lines: `rollout: ${round + 30}.${n}%` }),
    ]);
    commitFlags(repository, `Round ${round}`, Object.fromEntries(flags) as Record<string, string>);
    await read(repository);
  }
  const lines = readFileSync(cacheFile(repository), "utf8").split("\n").filter(Boolean);
  expect(lines.length).toBeLessThanOrEqual(2 * 223 + 1_000);
});

test("a work tree remembers what it read, by content, and shares it with the commits", async () => {
  const repository = aLargeRepository();
  const { folder } = repository;
  const readHere = () => readFiles({ folder, ref: null }, () => {}, "2026-11-01");
  const first = await readHere();
  expect(rememberedOf(first)).toBe(0);
  expect(first.repository).toBe(null);
  writeFlags(repository, { flag_3: flagText({ lines: "rollout: 5" }) });
  const again = await readHere();
  expect(rememberedOf(again)).toBe(220);
  expect(said(again).diagnostics.map(({ file, line }) => `${file}:${line}`)).toEqual(["flags/flag_3.yaml:6"]);
  expect(rememberedOf(await read(repository)), "as they are committed").toBe(221);
  expect(said(await readHere())).toEqual(said(again));
});

test("a small tree leaves nothing behind, and neither does a folder without a repository", async () => {
  const small = aFlagRepository({ banner: flagText() });
  await read(small);
  expect(existsSync(join(small.folder, ".git/flaghoist"))).toBe(false);
  const large = aLargeRepository();
  rmSync(join(large.folder, ".git"), { recursive: true });
  expect(rememberedOf(await readFiles({ folder: large.folder, ref: null }, () => {}))).toBe(0);
  expect(rememberedOf(await readFiles({ folder: large.folder, ref: null }, () => {}))).toBe(0);
});
