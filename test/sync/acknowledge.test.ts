import { describe, expect, test } from "vitest";
import { onEveryEngine, SQLITE } from "../support/flag-database.ts";
import { aFlagRepository, commitFlags, CONFIG, flagPath, flagText } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { aSyncedTree, type Synced } from "../support/synced.ts";

/** The lines that a refusal says to write into a flag's file. */
function linesToWrite(text: string): readonly string[] {
  return [...text.matchAll(/^To acknowledge \w+, add to flags\/\w+\.yaml:\n {2}(acknowledge: .*)$/gm)].map(
    ([, line = ""]) => line,
  );
}

/** The command that a refusal says to run, as arguments. */
function commandToRun(text: string): readonly string[] {
  const [, command = ""] = /^To acknowledge the plan \(.*\):\n {2}hoist (.*)$/m.exec(text) ?? [];
  return command.split(" ").filter((word) => word !== "");
}

function idIn(line: string | undefined): string | undefined {
  return /production: "([0-9a-f]{8})"/.exec(line ?? "")?.[1];
}

const at = (share: string, more = "") => flagText({ lines: `rollout: ${share}${more === "" ? "" : `\n${more}`}` });

async function expectSynced(tree: Synced, flags: Readonly<Record<string, string>>): Promise<void> {
  commitFlags(tree.repository, "Change (#2)", flags);
  const result = await tree.hoist("sync");
  expect(result, result.out + result.err).toMatchObject({ code: 0 });
}

async function expectAsked(tree: Synced, flags: Readonly<Record<string, string>>): Promise<string> {
  commitFlags(tree.repository, "Change (#2)", flags);
  const refused = await tree.hoist("sync");
  expect(refused, refused.out).toMatchObject({ code: 5 });
  expect(refused.err).toContain("the plan needs an acknowledgement; nothing was written    exit 5");
  return refused.out;
}

onEveryEngine((engine) => {
  test("refusal, plan and pull request print the same line, and writing that line allows the sync", async () => {
    const tree = await aSyncedTree(engine, { checkout_button: at("10%") });
    const refused = await expectAsked(tree, { checkout_button: at("50%") });
    const [line, ...others] = linesToWrite(refused);
    expect(others).toEqual([]);
    expect(line).toMatch(/^acknowledge: \{ production: "[0-9a-f]{8}", reason: "…" \}$/);
    const validated = await tree.hoist("validate", "--base", "HEAD~1");
    expect(validated.code).toBe(5);
    expect(linesToWrite(validated.out)).toEqual([line]);
    expect(linesToWrite((await tree.hoist("plan")).out)).toEqual([line]);
    const { needs } = JSON.parse((await tree.hoist("plan", "--format", "json")).out);
    expect(needs).toEqual([
      {
        key: "checkout_button",
        code: "jump",
        text: "the jump of 40 points exceeds policy maxStep (25)",
        id: idIn(line),
        acknowledged: false,
        jump: { points: 40, method: "exact", notMeasured: [], decidedBy: { kind: "default-rollout" } },
      },
    ]);
    await expectSynced(tree, { checkout_button: at("50%", line) });
  });

  test("more flags than maxFlags, and an archive that flips people, are acknowledged by the printed command", async () => {
    const many = (share: string) =>
      Object.fromEntries(Array.from({ length: 26 }, (_, n) => [`flag_${n}`, at(share)] as const));
    const tree = await aSyncedTree(engine, { ...many("10%"), everyone: at("all"), nobody: at("none") });
    const mass = await expectAsked(tree, many("11%"));
    expect(mass).toContain("the answers of 26 flags can change; policy maxFlags is 25");
    const command = commandToRun(mass);
    expect(command.slice(0, 4)).toEqual(["sync", "--env", "production", "--acknowledge"]);
    expect(await tree.hoist("sync", "--acknowledge", "00000000")).toMatchObject({ code: 5 });
    commitFlags(tree.repository, "One more (#3)", { flag_0: at("12%") });
    expect(await tree.hoist(...command)).toMatchObject({ code: 5 });
    const again = commandToRun((await tree.hoist("plan")).out);
    expect(again).not.toEqual(command);
    expect(await tree.hoist(...again)).toMatchObject({ code: 0 });

    tree.repository.remove(flagPath("nobody"));
    tree.repository.commit("Nobody had it (#4)");
    expect(await tree.hoist("sync")).toMatchObject({ code: 0 });
    tree.repository.remove(flagPath("everyone"));
    tree.repository.commit("Everyone had it (#5)");
    const archive = await tree.hoist("sync");
    expect(archive).toMatchObject({ code: 5 });
    expect(archive.out).toContain("everyone: archiving the flag changes answers");
    expect(await tree.hoist(...commandToRun(archive.out))).toMatchObject({ code: 0 });
  });
});

describe("a change that removes a limit", () => {
  const FREE = CONFIG.replace("production: { protected: true }", "production: {}");
  test.each([
    ["the protection of the environment", FREE],
    ["maxStep", CONFIG.replace("maxStep: 25%", "maxStep: 100%")],
    ["all policies", CONFIG.slice(0, CONFIG.indexOf("policies:"))],
  ])("is still held to it: %s", async (_, config) => {
    const tree = await aSyncedTree(SQLITE, { checkout_button: at("10%") });
    tree.repository.write("flags/_config.yaml", config);
    const refused = await expectAsked(tree, { checkout_button: at("50%") });
    expect(refused).toContain("the jump of 40 points exceeds policy maxStep (25)");
    expect(await tree.hoist("plan")).toMatchObject({ code: 2, out: expect.stringContaining("policy maxStep (25)") });
    expect(await tree.hoist("validate", "--base", "HEAD~1")).toMatchObject({ code: 5 });
    await expectSynced(tree, { checkout_button: at("10%") });
    await expectSynced(tree, { checkout_button: at("50%") });
  });

  test("is not checked if the live commit no longer exists in the history", async () => {
    const tree = await aSyncedTree(SQLITE, { checkout_button: at("10%") });
    const live = tree.repository.git("rev-parse", "HEAD").trim();
    tree.repository.git("checkout", "--quiet", "--orphan", "anew");
    tree.repository.write("flags/_config.yaml", FREE);
    commitFlags(tree.repository, "All anew (#3)", { checkout_button: at("50%") });
    tree.repository.git("update-ref", "-d", "refs/heads/main");
    tree.repository.git("reflog", "expire", "--expire=now", "--all");
    tree.repository.git("gc", "--quiet", "--prune=now");
    expect(await tree.hoist("sync")).toMatchObject({ code: 4 });
    expect(await tree.hoist("sync", "--accept-live", live)).toMatchObject({ code: 0 });
  });
});

describe("an acknowledgement", () => {
  test("becomes invalid when the end state changes, but not when only descriptions change", async () => {
    const tree = await aSyncedTree(SQLITE, { checkout_button: at("10%") });
    const [line = ""] = linesToWrite(await expectAsked(tree, { checkout_button: at("50%") }));
    const further = linesToWrite(await expectAsked(tree, { checkout_button: at("60%", line) }));
    expect(further).toHaveLength(1);
    expect(further).not.toEqual([line]);
    await expectSynced(tree, {
      checkout_button: flagText({ description: "Said better.", lines: `rollout: 50%\n${line}` }),
    });
  });

  test("of one flag is not valid for another flag, nor for the same change in another environment", async () => {
    const tree = await aSyncedTree(SQLITE, { one: at("10%"), two: at("10%") });
    const [forOne, forTwo] = linesToWrite(await expectAsked(tree, { one: at("50%"), two: at("50%") }));
    expect(idIn(forOne)).not.toBe(idIn(forTwo));
    const stolen = { one: at("50%", forOne), two: at("50%", forOne) };
    expect(linesToWrite(await expectAsked(tree, stolen))).toEqual([forTwo]);
    const inStaging = forOne?.replace("production", "staging") ?? "";
    await expectAsked(tree, { one: at("50%", inStaging), two: at("50%", forTwo) });
    await expectSynced(tree, { one: at("50%", forOne), two: at("50%", forTwo) });
  });

  test("can be written before a database exists, because git alone determines its id", async () => {
    const repository = aFlagRepository({ checkout_button: at("10%") });
    const noDatabase = hoistIn(repository.folder, { FLAGS_DATABASE_URL: "postgres://nobody@localhost:1/none" });
    repository.write(flagPath("checkout_button"), at("50%"));
    const [line] = linesToWrite((await noDatabase("validate", "--base", "HEAD", "--work-tree")).out);
    expect(idIn(line)).toBeDefined();
    repository.git("checkout", "--quiet", ".");
    const tree = await aSyncedTree(SQLITE, { checkout_button: at("10%") });
    await expectSynced(tree, { checkout_button: at("50%", line) });
  });

  test("is never needed for a narrowing: a lower share, off, and off for everyone", async () => {
    const tree = await aSyncedTree(SQLITE, { checkout_button: at("80%", "protected: true") });
    await expectSynced(tree, { checkout_button: at("10%", "protected: true") });
    await expectSynced(tree, { checkout_button: at("none", "protected: true") });
    const off = flagText({ enabled: false, lines: "rollout: all\nprotected: true" });
    await expectSynced(tree, { checkout_button: off });
  });

  test("is needed whenever a protected flag reaches more people, however few", async () => {
    const tree = await aSyncedTree(SQLITE, { checkout_button: at("10%", "protected: true"), other: at("10%") });
    await expectSynced(tree, { other: at("11%") });
    const asked = await expectAsked(tree, { checkout_button: at("10.001%", "protected: true") });
    expect(asked).toContain("needs acknowledgement: the flag is protected: every widening needs an acknowledgement");
  });

  test("is needed for a new protected flag that serves somebody, but not for a new table", async () => {
    const tree = await aSyncedTree(SQLITE, { checkout_button: at("all", "protected: true") });
    await expectSynced(tree, { other: flagText({ enabled: false, lines: "rollout: all\nprotected: true" }) });
    await expectSynced(tree, { third: at("none", "protected: true") });
    const asked = await expectAsked(tree, { fourth: at("1%", "protected: true") });
    expect(asked).toContain("needs acknowledgement: the flag is protected: every widening needs an acknowledgement");
  });

  test("is needed when a flag loses its protection and widens in the same change", async () => {
    const tree = await aSyncedTree(SQLITE, { checkout_button: at("10%", "protected: true") });
    await expectAsked(tree, { checkout_button: at("11%") });
  });

  test("is needed when a salt reshuffles people, and not when no share uses the salt", async () => {
    const tree = await aSyncedTree(SQLITE, { dealt: at("10%"), everyone: at("all") });
    await expectSynced(tree, { everyone: at("all", "salt: other") });
    expect(await expectAsked(tree, { dealt: at("10%", "salt: other") })).toContain("every subject gets a new bucket");
  });

  test("is needed when an archived flag is restored with a higher share", async () => {
    const tree = await aSyncedTree(SQLITE, { checkout_button: at("none"), other: at("none") });
    tree.repository.remove(flagPath("checkout_button"));
    tree.repository.commit("Away (#3)");
    await tree.sync();
    await expectAsked(tree, { checkout_button: at("all") });
  });

  test("is never needed in an unprotected environment", async () => {
    const tree = await aSyncedTree(
      SQLITE,
      { checkout_button: at("1%", "protected: true") },
      { environment: "staging" },
    );
    await expectSynced(tree, { checkout_button: at("all", "protected: true\nsalt: other") });
    tree.repository.remove(flagPath("checkout_button"));
    commitFlags(tree.repository, "Other (#3)", { other: at("all") });
    expect(await tree.hoist("sync")).toMatchObject({ code: 0 });
  });
});
