import { existsSync, readFileSync, statSync, chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeEdits } from "../../../src/cli/edit/write-edits.ts";
import { onEveryEngine } from "../../support/flag-database.ts";
import { aFlagRepository, commitFlags, flagText } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { aFolder, LEE, type TestRepository } from "../../support/repository.ts";
import { aCommittedTree, aSyncedTree } from "../../support/synced.ts";

const PRODUCTION = (overlay: string, extra = "") =>
  flagText({ lines: `rollout: all\n${extra}environments:\n  production: ${overlay}` });

function textOf(repository: TestRepository, key: string): string {
  return readFileSync(join(repository.folder, `flags/${key}.yaml`), "utf8");
}

describe("set and rollout", () => {
  test("show the meaning of the edit and the acknowledgement that it needs, and accept the printed id", async () => {
    const repository = aFlagRepository({ checkout: PRODUCTION("{ rollout: 10% }") });
    const hoist = hoistIn(repository.folder);
    const first = await hoist("rollout", "checkout", "30%", "--env", "production");
    expect(first.out).toContain(
      "✓ flags/checkout.yaml:8\n  8 -   production: { rollout: 10% }\n  8 +   production: { rollout: 30% }",
    );
    expect(first.out).toContain("production  10 % → 30 % of everyone");
    expect(first.out).not.toContain("acknowledgement");
    const second = await hoist("rollout", "checkout", "60%", "--env", "production");
    expect(second.out).toContain("the jump of 50 points exceeds policy maxStep (25)");
    const id = /acknowledge: \{ production: "([0-9a-f]{8})"/.exec(second.out)?.[1] ?? "";
    const planned = await hoist("validate", "--base", "HEAD", "--work-tree");
    expect(planned.out).toContain(`acknowledge: { production: "${id}"`);
    await hoist("set", "checkout", `acknowledge.production=${id}`, "acknowledge.reason=it went well");
    expect(textOf(repository, "checkout")).toContain(`acknowledge: { production: "${id}", reason: it went well }\n`);
    expect((await hoist("set", "checkout", "description=Other words.")).out).not.toContain("acknowledgement");
    const third = await hoist("rollout", "checkout", "61%", "--env", "production");
    expect(third.out).toContain(
      "the acknowledgement for production was removed, because it confirmed a different change",
    );
    expect(textOf(repository, "checkout")).not.toContain("acknowledge");
  });

  test("an edit in a disabled environment comes with a note that it has no effect there", async () => {
    const repository = aFlagRepository({ checkout: PRODUCTION("{ enabled: false }") });
    const { out } = await hoistIn(repository.folder)("rollout", "checkout", "5%", "--env", "production");
    expect(out).toContain(
      "so this has no effect there until you run: hoist set checkout enabled=true --env production",
    );
  });

  test("--dry-run shows the edit and writes nothing; --format json has the diff", async () => {
    const repository = aFlagRepository({ checkout: flagText() });
    const hoist = hoistIn(repository.folder);
    const { code, out } = await hoist("set", "checkout", "enabled=false", "--dry-run", "--format", "json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      isWritten: false,
      files: [
        {
          to: "flags/checkout.yaml",
          diff: [
            { sign: "-", line: 5, text: "enabled: true" },
            { sign: "+", line: 5, text: "enabled: false" },
          ],
        },
      ],
      meanings: [{ where: "everywhere", texts: ["enabled → disabled"] }],
    });
    expect(textOf(repository, "checkout")).toBe(flagText());
  });

  test("a refusal has the exit code of its kind and does not change the file", async () => {
    const repository = aFlagRepository({ checkout: PRODUCTION("{ rollout: 10% }") });
    const hoist = hoistIn(repository.folder);
    for (const [args, code, text] of [
      [["rollout", "checkout", "50%"], 9, "hoist set checkout rollout=50% --env production"],
      [["rollout", "checkout", "50%", "--env", "prod"], 6, "environments: development, staging, production"],
      [["set", "chekout", "enabled=false"], 9, 'did you mean "checkout"?'],
      [["set", "checkout", "kind=opps"], 3, "kind"],
      [["set", "checkout", "enabled=false", "--env", "production", "--base"], 9, "cannot be used with"],
    ] as const) {
      const result = await hoist(...args);
      expect(result, result.err).toMatchObject({ code, out: "" });
      expect(result.err).toContain(text);
    }
    expect(textOf(repository, "checkout")).toBe(PRODUCTION("{ rollout: 10% }"));
    expect(await hoistIn(aFolder())("set", "a", "enabled=false")).toMatchObject({ code: 3 });
  });

  test("the command that the refusal of a masked edit prints works", async () => {
    const repository = aFlagRepository({ checkout: PRODUCTION("{ rollout: 10% }") });
    const hoist = hoistIn(repository.folder);
    const { err } = await hoist("rollout", "checkout", "50%");
    const lines = err.split("\n").flatMap((line) => /^ +hoist (.*?)(?: {2,}.*)?$/.exec(line)?.[1] ?? []);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(await hoist(...line.split(" ")), line).toMatchObject({ code: 0 });
    expect(textOf(repository, "checkout")).toContain("rollout: 50%\nenvironments:\n  production: { rollout: 50% }\n");
  });

  test("a file that changed in the meantime is not overwritten, and its permissions are kept", async () => {
    const repository = aFlagRepository({ checkout: flagText() });
    const file = join(repository.folder, "flags/checkout.yaml");
    const edit = { from: "flags/checkout.yaml", to: "flags/checkout.yaml", before: flagText(), after: "name: B\n" };
    writeFileSync(file, `${flagText()}# mine\n`);
    await expect(writeEdits(repository.folder, [edit])).rejects.toThrow("has changed since it was read");
    expect(readFileSync(file, "utf8")).toContain("# mine");
    writeFileSync(file, flagText());
    chmodSync(file, 0o640);
    await writeEdits(repository.folder, [edit]);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    const made = { from: null, to: "flags/checkout.yaml", before: "", after: "name: C\n" };
    await expect(writeEdits(repository.folder, [made])).rejects.toThrow("already exists");
  });
});

describe("new", () => {
  const OPTIONS = [
    "--name",
    "Dark mode",
    "--description",
    "A dark theme.",
    "--owner",
    "team-checkout",
    "--kind",
    "ops",
  ];

  test("writes a flag that is enabled only in the named environment, beside its owner's other flags, and its tests pass", async () => {
    const repository = aFlagRepository({ "shop/checkout": flagText(), "shop/cart": flagText(), top: flagText() });
    const hoist = hoistIn(repository.folder);
    const { code, out } = await hoist("new", "dark_mode", ...OPTIONS, "--env", "staging", "--tags", "a,b");
    expect(code, out).toBe(0);
    const text = readFileSync(join(repository.folder, "flags/shop/dark_mode.yaml"), "utf8");
    expect(text).toContain("tags: [a, b]\nenabled: false");
    expect(text).toContain("\nenvironments:\n  staging: { enabled: true }\n");
    expect(await hoist("test", "dark_mode")).toMatchObject({ code: 0 });
    const again = await hoist("new", "dark_mode", ...OPTIONS);
    expect(again).toMatchObject({
      code: 9,
      err: expect.stringContaining("flag dark_mode already exists: flags/shop/dark_mode.yaml"),
    });
    const alike = await hoist("new", "dark-mode", ...OPTIONS);
    expect(alike).toMatchObject({ code: 9, err: expect.stringContaining("FEATURE_DARK_MODE") });
  });

  test("lists everything that is missing in one error", async () => {
    const repository = aFlagRepository({ checkout: flagText() });
    const { code, err } = await hoistIn(repository.folder)("new", "dark_mode", "--kind", "release");
    expect(code).toBe(9);
    expect(err).toContain("missing for a new flag: name, description, owner, expires");
    expect(err).toContain("--owner team-checkout");
  });

  test("asks on a terminal for missing options, and asks again after an invalid answer", async () => {
    const repository = aFlagRepository({ checkout: flagText() });
    const answers = ["Dark Mode", "dark_mode", "", "A dark theme.", "", "relese", "release", ""];
    const asked: string[] = [];
    const { code, out, err } = await hoistIn(repository.folder, {}, async (question) => {
      asked.push(question);
      return answers.shift() ?? "";
    })("new");
    expect(code, err).toBe(0);
    expect(out).toContain("flags/dark_mode.yaml");
    expect(err).toContain('"Dark Mode" is not a valid flag key');
    expect(err).toContain(
      'kind "relese" does not exist; kinds: release, experiment, ops, permission; did you mean "release"?',
    );
    expect(asked.map((question) => question.split(/ \(| \[|:/)[0])).toEqual([
      "key",
      "key",
      "name",
      "what the flag does",
      "owner",
      "kind",
      "kind",
      "date after which it should be removed",
    ]);
    const text = textOf(repository, "dark_mode");
    expect(text).toContain("name: Dark mode\n");
    expect(text).toContain("owner: team-checkout\nkind: release\nexpires: ");
  });

  test("a flag of another type gets its variants, and a key that was used before causes a warning", async () => {
    const repository = aFlagRepository({ checkout: flagText(), "old-colour": flagText() });
    repository.remove("flags/old-colour.yaml");
    repository.commit("Gone (#2)");
    const hoist = hoistIn(repository.folder);
    const variants = ["--type", "string", "--variant", "control=#444", "--variant", "blue=#00f"];
    const { code, out } = await hoist("new", "old_colour", ...OPTIONS, ...variants);
    expect(code).toBe(0);
    expect(out).toContain("a flag old-colour with the same environment variable as old_colour existed before");
    expect(textOf(repository, "old_colour")).toContain(
      'type: string\nvariants: { control: "#444", blue: "#00f" }\noffVariant: control\n',
    );
    expect(await hoist("test", "old_colour")).toMatchObject({ code: 0 });
  });

  test.each([
    [["Dark"], "lower-case letters and digits"],
    [["dark", "--folder", "../x"], "cannot be part of a folder for flags"],
    [["dark", "--env", "prod"], 'environment "prod" is not declared'],
    [["dark", "--type", "number"], "a number flag needs at least two variants"],
    [["dark", "--type", "object"], "an object flag needs at least two variants"],
    [["dark", "--variant", "a=1"], "a boolean flag always has the variants true and false"],
    [["dark", "--owner", "team-x"], "owner"],
  ])("%j is refused, and nothing is written", async (args, message) => {
    const repository = aFlagRepository({ checkout: flagText() });
    const given = args.includes("--owner") ? OPTIONS.filter((_, n) => n !== 4 && n !== 5) : OPTIONS;
    const { code, err } = await hoistIn(repository.folder)("new", ...args, ...given);
    expect([6, 9]).toContain(code);
    expect(err).toContain(message);
    expect(repository.git("status", "--porcelain")).toBe("");
  });
});

describe("rename", () => {
  test("moves the file, keeps the salt, updates requirements, and explains the effect on the old key", async () => {
    const repository = aFlagRepository({
      checkout: PRODUCTION("{ rollout: 10% }", 'acknowledge: { production: "12345678", reason: "so" }\n'),
      cart: flagText({ lines: 'requires: { "checkout": true } # first\nrollout: all' }),
    });
    const hoist = hoistIn(repository.folder);
    const before = await hoist("why", "checkout", "--work-tree", "--user", "user-42", "--env", "production");
    const { code, out } = await hoist("rename", "checkout", "one_page");
    expect(code, out).toBe(0);
    expect(out).toContain("programs that still use checkout");
    expect(existsSync(join(repository.folder, "flags/checkout.yaml"))).toBe(false);
    expect(textOf(repository, "one_page")).toContain("kind: ops\nsalt: checkout\nenabled");
    expect(textOf(repository, "one_page")).not.toContain("acknowledge");
    expect(textOf(repository, "cart")).toContain('requires: { "one_page": true } # first\n');
    const after = await hoist("why", "one_page", "--work-tree", "--user", "user-42", "--env", "production");
    expect(after.out.split("\n").slice(0, -1)).toEqual(before.out.split("\n").slice(0, -1));
    // A second rename keeps the first key's salt: nobody has moved since.
    await hoist("rename", "one_page", "third_name");
    expect(textOf(repository, "third_name")).toContain("salt: checkout\n");
  });

  test.each([
    ["cart", "flag cart already exists"],
    ["Check", "is not a valid flag key"],
    ["ca-rt", "FEATURE_CA_RT"],
    ["checkout", "already has this key"],
    ["check-out", "the same environment variable as check_out: FEATURE_CHECK_OUT", "check_out"],
  ])("to %s is refused", async (next, message, key = "checkout") => {
    const repository = aFlagRepository({
      checkout: flagText(),
      cart: flagText(),
      ca_rt: flagText(),
      check_out: flagText(),
    });
    expect(await hoistIn(repository.folder)("rename", key, next)).toMatchObject({
      code: 9,
      err: expect.stringContaining(message),
    });
    expect(repository.git("status", "--porcelain")).toBe("");
  });
});

describe("rollback", () => {
  function aHistory(): TestRepository {
    const repository = aFlagRepository({ checkout: PRODUCTION("{ rollout: 10% }") });
    commitFlags(repository, "Half (#2)", { checkout: PRODUCTION("{ rollout: 50% } # half") }, { by: LEE });
    commitFlags(repository, "Words (#3)", {
      checkout: PRODUCTION("{ rollout: 50% } # half").replace("What it", "Says what it"),
    });
    return repository;
  }

  test("restores the state before the last change, names the author of that change, and keeps the description", async () => {
    const repository = aHistory();
    const { code, out } = await hoistIn(repository.folder)("rollback", "checkout", "--env", "production");
    expect(code, out).toBe(0);
    expect(out).toContain("by lee@acme.dev, 2026-01-01: Half (#2)");
    expect(textOf(repository, "checkout")).toBe(
      PRODUCTION("{ rollout: 10% } # half").replace("What it", "Says what it"),
    );
  });

  test("names the pull request of a merge, and finds the flag again after it was moved", async () => {
    const repository = aFlagRepository({ checkout: flagText() });
    repository.branch("off");
    commitFlags(repository, "Switch it off", { checkout: flagText({ enabled: false }) }, { by: LEE });
    repository.checkout("main");
    repository.merge("off", "Merge pull request #12 from acme/off");
    repository.remove("flags/checkout.yaml");
    repository.write("flags/shop/checkout.yaml", flagText({ enabled: false }));
    repository.commit("Move it (#13)");
    const { code, out } = await hoistIn(repository.folder)("rollback", "checkout");
    expect(code, out).toBe(0);
    expect(out).toContain("by lee@acme.dev");
    expect(out).toContain("Switch it off (#12)");
    expect(textOf(repository, "shop/checkout")).toBe(flagText());
  });

  test("undoes uncommitted changes first, and restores a named commit", async () => {
    const repository = aHistory();
    const hoist = hoistIn(repository.folder);
    await hoist("set", "checkout", "enabled=false");
    expect((await hoist("rollback", "checkout")).out).toContain("undoes uncommitted changes");
    expect(repository.git("status", "--porcelain")).toBe("");
    expect((await hoist("rollback", "checkout", "--to", "HEAD~2")).out).toContain("restores the version of HEAD~2");
    expect(textOf(repository, "checkout")).toContain("production: { rollout: 10% } # half\n");
  });

  test("versions that cannot be read are skipped and listed", async () => {
    const repository = aHistory();
    commitFlags(repository, "Broken (#4)", { checkout: "name: [\n" });
    commitFlags(repository, "All (#5)", { checkout: PRODUCTION("{ rollout: all }") });
    const { code, out } = await hoistIn(repository.folder)("rollback", "checkout", "--env", "production");
    expect(code, out).toBe(0);
    expect(out).toContain("skipped versions that cannot be read");
    expect(textOf(repository, "checkout")).toContain("production: { rollout: 50% }");
  });

  test("a flag that never changed cannot be rolled back, and the hint shows how to disable it", async () => {
    const repository = aFlagRepository({ checkout: flagText() });
    const hoist = hoistIn(repository.folder);
    const { code, err } = await hoist("rollback", "checkout", "--env", "production");
    expect(code).toBe(9);
    expect(err).toContain("what checkout serves in production has never changed");
    expect(err).toContain("hoist set checkout enabled=false --env production");
    expect(await hoist("rollback", "checkout", "--to", "nowhere")).toMatchObject({ code: 7 });
    expect(await hoist("rollback", "checkout", "--env", "prod")).toMatchObject({ code: 6 });
  });
});

onEveryEngine((engine) => {
  describe("adopt", () => {
    const RULES = "rules:\n  - name: staff first\n    if: { segment: staff }\n    rollout: 25%\nrollout: 10%";

    /** Committed with its segment, then synced. */
    async function aTreeWithSegment() {
      const tree = await aCommittedTree(engine, { cart: flagText() });
      tree.repository.write("flags/_segments/staff.yaml", "description: Staff.\nif: { userRole: admin }\n");
      commitFlags(tree.repository, "Staff first (#2)", { checkout: flagText({ lines: RULES }) });
      await tree.sync();
      return tree;
    }

    test("writes a manual change into the overlay; after the commit, plan shows no drift", async () => {
      const { repository, database, hoist, sync } = await aSyncedTree(engine, {
        checkout: flagText({ lines: "rollout: 10%" }),
      });
      await database.type(
        "UPDATE feature_toggles SET enabled = false, rollout_percentage = 33.333 WHERE feature_key = 'checkout'",
      );
      const { code, out } = await hoist("adopt", "checkout");
      expect(code, out).toBe(0);
      expect(out).toContain("disabled manually");
      expect(textOf(repository, "checkout")).toContain("  production: { enabled: false, rollout: 33.333% }\n");
      repository.commit("Keep what was done by hand (#2)");
      await sync();
      const plan = await hoist("plan");
      expect(plan, plan.out).toMatchObject({ code: 0 });
      expect(plan.out).not.toContain("manually");
      expect((await hoist("adopt", "checkout")).out).toContain("No changes: ");
    });

    test("writes what an overlay can express, and names the rest with its value and what to do", async () => {
      const { repository, database, hoist } = await aSyncedTree(engine, { checkout: flagText() });
      await database.type(
        "UPDATE feature_toggles SET enabled = false, description = 'Typed.' WHERE feature_key = 'checkout'",
      );
      const { code, out, err } = await hoist("adopt", "checkout");
      expect(code, out + err).toBe(0);
      expect(textOf(repository, "checkout")).toContain("  production: { enabled: false }\n");
      expect(out).toContain('the table differs in description ("Typed."), which cannot differ between environments');
      expect(out).toContain("to keep it, edit flags/checkout.yaml yourself");
      expect(out).toContain("to discard it: hoist sync --env production --release checkout");
    });

    test("rules are written with the names of their segments, and a change that a file cannot express is refused", async () => {
      const { repository, database, hoist } = await aTreeWithSegment();
      await database.type(
        "UPDATE feature_toggles SET rollout_strategy = 'whitelist', target_config = '{\"user_ids\": [\"user-42\"]}' WHERE feature_key = 'checkout'",
      );
      await database.type(rulesTyped(50));
      const { code, out, err } = await hoist("adopt", "checkout");
      expect(code, out + err).toBe(0);
      expect(textOf(repository, "checkout")).toContain(
        "environments:\n  production:\n    rules:\n      - name: staff first\n        if: { segment: staff }\n        rollout: 50%\n    rollout: { whitelist: { userId: [user-42] } }\n",
      );
      await database.type("UPDATE feature_toggles SET display_name = 'Other' WHERE feature_key = 'checkout'");
      expect(await hoist("adopt", "checkout")).toMatchObject({
        code: 3,
        err: expect.stringContaining("differs in name"),
      });
      await database.type(
        "UPDATE feature_toggles SET target_config = '{\"user_ids\": []}' WHERE feature_key = 'checkout'",
      );
      await database.type("UPDATE feature_toggles SET display_name = 'A flag' WHERE feature_key = 'checkout'");
      expect(await hoist("adopt", "checkout")).toMatchObject({ code: 3, err: expect.stringContaining("empty list") });
      expect(await hoist("adopt", "chekout")).toMatchObject({
        code: 9,
        err: expect.stringContaining('did you mean "checkout"?'),
      });
      expect(await hoist("adopt", "checkout", "--env", "staging")).toMatchObject({ code: 6 });
    });

    function rulesTyped(percentage: number): string {
      const rules = [
        {
          name: "staff first",
          if: { segment: { staff: { userRole: "admin" } } },
          percentage,
          by: "userId",
          serve: "on",
        },
      ];
      return `UPDATE feature_toggles SET rules = '${JSON.stringify(rules)}' WHERE feature_key = 'checkout'`;
    }
  });
});
