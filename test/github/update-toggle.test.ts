import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import * as door from "../../src/index.ts";
import type { ToggleUpdates } from "../../src/index.ts";
import { migrateStore } from "../../src/store/open.ts";
import { flagText } from "../support/flag-tree.ts";
import type { FakeGitHub } from "../support/github/start.ts";
import { aFolder, aRepository, type TestRepository } from "../support/repository.ts";
import { runSync } from "../support/run-sync.ts";
import { fileUrl, freshFile } from "../support/sqlite.ts";
import { aGitHubOfFlags, branches, fileAt, FILES } from "./proposing.ts";

const PATH = "flags/workshop/workshop_routing.yaml";
const KEY = "workshop_routing";

interface Program {
  readonly clone: TestRepository;
  readonly file: string;
  readonly sync: () => Promise<unknown>;
}

/** A table of production, synced from main, and the default client of this process over it. */
async function aProgram(fake: FakeGitHub, options: Parameters<typeof door.configureFlags>[0] = {}): Promise<Program> {
  const clone = aRepository();
  clone.git("remote", "add", "origin", fake.gitUrl);
  clone.git("pull", "--quiet", "origin", "main");
  const file = freshFile("production.db");
  const url = fileUrl(file);
  const sync = () => runSync({ folder: clone.folder, url, environment: "production" });
  await migrateStore(url, "production");
  await sync();
  onTestFinished(door.closeFlags);
  door.configureFlags({
    logger: false,
    snapshotFile: false,
    heartbeat: false,
    database: url,
    environment: "production",
    env: { FLAGS_GITHUB_RETRIES: "0" },
    github: { repository: fake.repository, token: fake.token, apiUrl: fake.apiUrl },
    ...options,
  });
  return { clone, file, sync };
}

/** What somebody types at the prompt of the table. */
function typed(file: string, statement: string): void {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(file);
  database.exec(statement);
  database.close();
}

/** Somebody merges a change, which is not synced yet. */
function landed({ clone }: Program, text: string, path: string = PATH): void {
  clone.write(path, text);
  clone.commit("Another (#9)");
  clone.git("push", "--quiet", "origin", "HEAD:main");
}

describe("updateToggle", () => {
  test("opens a pull request for the client's environment, and returns it for the same request again", async () => {
    const fake = await aGitHubOfFlags();
    await aProgram(fake);
    const asked = () => door.updateToggle(KEY, { rollout_percentage: 20 }, "user-42", "Week two.");
    const url = expect.stringContaining("/acme/flags/pull/1");
    expect(await asked()).toEqual({ success: true, pullRequest: { number: 1, url } });
    expect(await asked()).toEqual({ success: true, pullRequest: { number: 1, url } });
    expect(fake.world.pulls.size).toBe(1);
    const [branch = ""] = await branches(fake);
    expect(await fileAt(fake, branch, PATH)).toContain("production: { rollout: 20% }");
    const { title, body, labels } = fake.world.issues.get(1) ?? {};
    expect(title).toBe("workshop_routing: 10 % → 20 % of everyone in production");
    expect(body).toMatch(/^Week two\.\n\nRequested by `user-42`\.\n/);
    expect(labels).toEqual(["feature-flags", "production"]);
    const message = await fake.world.git.run(["log", "-1", "--format=%B", branch]);
    expect(message.trim().split("\n").at(-1)).toBe("Requested-by: user-42");
    // Nothing is on before it is merged and synced.
    expect((await door.getAllToggles()).find(({ feature_key }) => feature_key === KEY)?.rollout_percentage).toBe(10);
  });

  test("refuses a flag that git has changed since the table was synced, with the difference", async () => {
    const fake = await aGitHubOfFlags();
    const program = await aProgram(fake);
    landed(program, flagText({ lines: "rollout: 15%" }));
    const refused = await door.updateToggle(KEY, { rollout_percentage: 20 }, "user-42");
    expect(refused).toEqual({
      success: false,
      error:
        "workshop_routing has changed in git since the displayed state of production was synced: 10 % → 15 % of everyone\n" +
        "wait for the next sync, review the flag, then try again",
    });
    expect(await branches(fake)).toEqual([]);
    // Another environment and a comment.
    landed(program, `# A comment.\n${FILES[PATH]}environments: { staging: { rollout: all } }\n`);
    expect(await door.updateToggle(KEY, { rollout_percentage: 20 }, "user-42")).toMatchObject({ success: true });
  });

  test("starts from git when the table has a manual change, and reports the change", async () => {
    const fake = await aGitHubOfFlags();
    const { file } = await aProgram(fake);
    typed(file, `UPDATE feature_toggles SET enabled = false WHERE feature_key = '${KEY}'`);
    const nothing = await door.updateToggle(KEY, { enabled: true }, "user-42");
    expect(nothing).toEqual({
      success: false,
      error:
        "nothing to change: the file of workshop_routing on main already has these values for production; " +
        "the table has a manual change: enabled → disabled\n" +
        "hoist sync --env production --release workshop_routing        discards the manual change",
    });
    expect(await door.updateToggle(KEY, { enabled: false }, "user-42")).toMatchObject({ success: true });
    expect(fake.world.issues.get(1)?.body).toContain("the table of production has a manual change: enabled → disabled");
  });

  test("works without data, and with a commit that GitHub does not have", async () => {
    const fake = await aGitHubOfFlags();
    const program = await aProgram(fake);
    // A commit that was never pushed.
    program.clone.write(PATH, flagText({ lines: "rollout: 12%" }));
    program.clone.commit("Here only");
    await program.sync();
    expect(await door.updateToggle(KEY, { enabled: false }, "user-42")).toMatchObject({
      success: false,
      error: expect.stringContaining("since the displayed state of production was synced: 12 % → 10 % of everyone"),
    });
    await door.closeFlags();
    door.configureFlags({ database: fileUrl(freshFile("none.db")), initialTimeoutMs: 250 });
    expect(await door.updateToggle(KEY, { enabled: false }, "user-42")).toMatchObject({ success: true });
  });

  test("never throws: invalid arguments and missing settings are returned as errors", async () => {
    const fake = await aGitHubOfFlags();
    await aProgram(fake);
    const wrong = (key: unknown, updates: unknown, admin: unknown, notes?: unknown) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a program without types hands in
      door.updateToggle(key as string, updates as ToggleUpdates, admin as string, notes as string);
    const cases = [
      [await wrong(KEY, { enabled: "no" }, "user-42"), "updates.enabled: expected true or false"],
      [await wrong(KEY, { enabld: true }, "user-42"), 'did you mean "enabled"?'],
      [await wrong(KEY, null, "user-42"), "expected an object"],
      [await wrong(KEY, { enabled: false }, " "), "adminUserId: expected the person who asks"],
      [await wrong(KEY, { enabled: false }, undefined), "adminUserId"],
      [await wrong(KEY, { enabled: false }, "user-42", 7), "notes: expected a string"],
      [await wrong("../../.github/workflows/x", { enabled: false }, "user-42"), "key: expected the key of a flag"],
      [await wrong(Symbol("x"), { enabled: false }, "user-42"), "key: expected the key of a flag"],
      [await wrong("workshop_rooting", { enabled: false }, "user-42"), 'did you mean "workshop_routing"?'],
    ] as const;
    for (const [answer, text] of cases) {
      expect(answer).toEqual({ success: false, error: expect.stringContaining(text) });
    }
    expect(await branches(fake)).toEqual([]);
  });

  test("returns GitHub's error without the token, and leaves nothing behind", async () => {
    const fake = await aGitHubOfFlags();
    const github = { repository: fake.repository, apiUrl: fake.apiUrl };
    const answers: unknown[] = [];
    const ask = async (token: string | undefined, text: string) => {
      await door.closeFlags();
      door.configureFlags({ github: { ...github, token } });
      const answer = await door.updateToggle(KEY, { enabled: false }, "user-42");
      expect(answer).toEqual({ success: false, error: expect.stringContaining(text) });
      answers.push(answer);
    };
    await aProgram(fake);
    await ask(undefined, "no GitHub token");
    await ask("ghp_recognisable", "the token is invalid or has expired");
    await ask(fake.readToken, "contents: write");
    fake.fail({ method: "POST", path: /\/pulls$/, kind: 503 });
    await ask(fake.token, "GitHub failed with a server error");
    for (const token of ["ghp_recognisable", fake.token, fake.readToken]) {
      expect(JSON.stringify(answers)).not.toContain(token);
    }
    expect(await branches(fake)).toEqual([]);
    await door.closeFlags();
    expect(() => door.configureFlags({ github: { repo: "acme/flags" } as object })).toThrow(
      'option "github.repo" does not exist; valid options: github.repository',
    );
  });

  test("works in a separate program without a clone, configured by environment variables", async () => {
    const fake = await aGitHubOfFlags();
    const folder = aFolder();
    const index = pathToFileURL(fileURLToPath(new URL("../../src/index.ts", import.meta.url))).href;
    const file = join(folder, "program.ts");
    writeFileSync(
      file,
      `import { closeFlags, configureFlags, updateToggle } from ${JSON.stringify(index)};
       configureFlags({ logger: false, initialTimeoutMs: 250 });
       console.log(JSON.stringify(await updateToggle("${KEY}", { rollout_strategy: "all" }, "user-42", "Done.")));
       await closeFlags();`,
    );
    const env = {
      PATH: process.env["PATH"] ?? "",
      FLAGS_ENV: "staging",
      GITHUB_TOKEN: fake.token,
      GITHUB_REPOSITORY: fake.repository,
      GITHUB_API_URL: fake.enterpriseUrl,
      FLAGS_GITHUB_RETRIES: "0",
    };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], {
      cwd: folder,
      env,
      timeout: 60_000,
    });
    expect([JSON.parse(stdout), stderr]).toEqual([
      { success: true, pullRequest: { number: 1, url: expect.stringContaining("/pull/1") } },
      "",
    ]);
    expect(fake.world.issues.get(1)?.title).toBe("workshop_routing: 10 % of everyone → everyone in staging");
  });
});
