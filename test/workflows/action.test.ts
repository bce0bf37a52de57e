import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { interpolated } from "../support/workflows/expression.ts";
import { aFolder, aScript } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { buildHoist } from "../support/workflows/built-hoist.ts";
import { aCheckout, type Checkout } from "../support/workflows/checkout.ts";
import { FLAGS, flagText } from "../support/workflows/flags.ts";
import { runSteps, type JobRun } from "../support/workflows/run-job.ts";
import { parseAction } from "../support/workflows/workflow.ts";

const SOURCE = fileURLToPath(new URL("../../.github/actions/hoist/", import.meta.url));
const action = parseAction(readFileSync(join(SOURCE, "action.yml"), "utf8"));

// Laid out as the runner downloads a repository whose action is used.
const download = temporaryFolder();
const path = join(download.folder, ".github/actions/hoist");
beforeAll(async () => {
  const built = join(download.folder, "built");
  mkdirSync(built);
  await buildHoist(built);
  mkdirSync(path, { recursive: true });
  for (const name of readdirSync(SOURCE)) copyFileSync(join(SOURCE, name), join(path, name));
  mkdirSync(join(download.folder, "src"));
  symlinkSync(join(built, "cli"), join(download.folder, "src/cli"));
});
afterAll(download.remove);

type Event = Parameters<Checkout["runner"]>[0];

/** One use of the action in a job, with those inputs. */
async function use(checkout: Checkout, event: Event, given: Readonly<Record<string, string>>): Promise<JobRun> {
  const runner = checkout.runner(event);
  const unknown = Object.keys(given).filter((name) => !(name in action.inputs));
  expect(unknown).toEqual([]);
  const situation = { contexts: runner.contexts, folder: checkout.folder, isSuccess: true };
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: text = "" }]) => [
      name,
      given[name] ?? interpolated(text, situation),
    ]),
  );
  const steps = action.runs.steps.filter(({ name }) => name !== "Install hoist");
  return runSteps(steps, {
    ...runner,
    contexts: { ...runner.contexts, inputs },
    env: { ...runner.env, GITHUB_ACTION_PATH: path },
  });
}

describe("the action", { timeout: 60_000 }, () => {
  test("validates and comments on a pull request", async () => {
    const checkout = await aCheckout(FLAGS, "");
    const number = await checkout.pullRequest({ "flags/new_checkout.yaml": flagText("20%") });
    const event = { name: "pull_request", number } as const;
    const checked = await use(checkout, event, { command: "validate" });
    expect(checked.result, JSON.stringify(checked.steps)).toBe("success");
    expect(checked.summary).toContain("new_checkout");
    expect(checked.output).toBe("exit-code=0\n");
    const said = await use(checkout, event, { command: "comment" });
    expect(said.result, JSON.stringify(said.steps)).toBe("success");
    expect([...checkout.github.world.comments.values()]).toHaveLength(1);
  });

  test("exits with the code of the failed step, and still reports the changes", async () => {
    const checkout = await aCheckout(FLAGS, "");
    const number = await checkout.pullRequest({ "flags/new_checkout.yaml": flagText("60%") });
    const checked = await use(checkout, { name: "pull_request", number }, { command: "validate" });
    expect(checked.steps).toMatchObject([{ code: 5 }]);
    expect(checked.output).toBe("exit-code=5\n");
    expect(checked.summary).toContain("acknowledge:");
  });

  test("syncs an environment and checks it for drift", async () => {
    const checkout = await aCheckout(FLAGS, "");
    const database = `file:${join(aFolder(), "staging.db")}`;
    const inputs = { environment: "staging", database };
    const synced = await use(checkout, { name: "push" }, { ...inputs, command: "sync" });
    expect(synced.result, JSON.stringify(synced.steps)).toBe("success");
    const compared = await use(checkout, { name: "schedule" }, { ...inputs, command: "drift" });
    expect(compared.result, JSON.stringify(compared.steps)).toBe("success");
  });

  test.each([
    [{ command: "$(touch pwned)" }, "use validate, comment, sync or drift"],
    [{ command: "sync\n::set-output name=x::y" }, "sync%0A::set-output"],
    [{ command: "sync" }, "sync needs the input environment"],
    [{ command: "sync", environment: "staging" }, "sync needs the input database"],
    [{ command: "comment" }, "comment needs a pull request"],
  ])("refuses %j before anything runs", async (inputs, message) => {
    const checkout = await aCheckout(FLAGS, "");
    const refused = await use(checkout, { name: "push" }, inputs);
    expect(refused.steps).toMatchObject([{ code: 9 }]);
    expect(refused.output).toBe("exit-code=9\n");
    expect(refused.steps[0]?.out).toContain(message);
    expect(refused.steps[0]?.out.trim().split("\n")).toHaveLength(1);
  });

  test("treats the content of an input only as its value", async () => {
    const checkout = await aCheckout(FLAGS, "");
    const nasty = [
      `$(touch pwned)`,
      "`touch pwned`",
      `"; touch pwned; "`,
      "'; touch pwned #",
      "--help\n--version",
      "*",
    ];
    for (const [at, text] of nasty.entries()) {
      const inputs = [
        { command: "validate", base: text },
        { command: "sync", environment: text, database: "file:x.db" },
        { command: "sync", environment: "staging", database: text },
        { command: "drift", environment: "staging", database: "file:x.db", folder: text },
        { command: "sync", environment: "staging", database: "file:x.db", release: text, acknowledge: text },
        { command: "sync", environment: "staging", database: "file:x.db", "accept-live": text },
      ];
      const { steps } = await use(checkout, { name: "push" }, inputs[at] ?? { command: text });
      expect(steps, text).toHaveLength(1);
      expect(existsSync(join(checkout.folder, "pwned")), text).toBe(false);
      // None of them is help or a version.
      expect(steps[0]?.out).not.toMatch(/^Usage: /m);
    }
  });

  test.each([
    ["validate", "--omit=optional --omit=dev"],
    ["comment", "--omit=optional --omit=dev"],
    ["sync", "--omit=optional"],
    ["drift", "--omit=optional"],
  ])("%s installs from its lock file with %s, and runs no package scripts", async (command, omitted) => {
    const bin = aFolder();
    // What npm would do needs a network: what it is asked is all that is looked at.
    aScript(bin, "npm", 'echo "$PWD $*"');
    const install = action.runs.steps.filter(({ name }) => name === "Install hoist");
    const { steps } = await runSteps(install, {
      folder: aFolder(),
      home: aFolder(),
      bin,
      contexts: { inputs: { command } },
      env: { GITHUB_ACTION_PATH: path },
    });
    const asked = `${dirname(dirname(dirname(path)))} ci --ignore-scripts --no-progress ${omitted}\n`;
    expect(steps).toMatchObject([{ code: 0, out: asked }]);
  });
});
