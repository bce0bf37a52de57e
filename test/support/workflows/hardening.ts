import type { Action, Job, Step, Workflow } from "./workflow.ts";

/** A workflow as text and parsed. */
export interface WorkflowFile {
  readonly text: string;
  readonly workflow: Workflow;
}

type Rule = (file: WorkflowFile) => readonly string[];

const PINNED = /^(actions\/(?:checkout|setup-node))@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
const EVENTS = ["pull_request", "merge_group", "push", "schedule", "workflow_dispatch"];

/** The rules for workflows. Each returns its violations. */
export const RULES = {
  "it is started by nothing that runs a stranger's code with our rights": ({ workflow }) =>
    Object.keys(workflow.on).filter((event) => !EVENTS.includes(event)),

  "a check of pull requests always runs: no filter, no condition of a job": ({ workflow }) =>
    isForPullRequests(workflow)
      ? [
          ...Object.entries(workflow.on).flatMap(([event, filter]) => (filter === null ? [] : [event])),
          ...jobs(workflow).flatMap(([name, job]) => (job.if === undefined ? [] : [name])),
          ...("merge_group" in workflow.on ? [] : ["no merge_group"]),
        ]
      : [],

  "a pull request meets no secret": (file) =>
    isForPullRequests(file.workflow) ? [...file.text.matchAll(/\bsecrets\s*[.[]/g)].map(([found]) => found) : [],

  "one job alone of a pull request may write, and only comments and checks, for branches of this repository": ({
    workflow,
  }) => {
    if (!isForPullRequests(workflow)) return [];
    const writers = jobs(workflow).filter(([, job]) => Object.values(job.permissions).includes("write"));
    const [, ...others] = writers.map(([name]) => name);
    return [
      ...others,
      ...writers.flatMap(([name, job]) => [
        ...(job.permissions.contents === "write" || job.permissions.issues === "write" ? [name] : []),
        ...job.steps.filter((step) => !asksForOwn(step, job)).map((step) => step.name),
      ]),
    ];
  },

  "every action is one that we know, pinned to a commit, with its version beside it": ({ text, workflow }) => {
    const written = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, uses = ""]) => uses);
    const used = jobs(workflow).flatMap(([, { steps }]) => steps.filter(({ uses }) => uses !== undefined));
    return [
      ...written.filter((uses) => !PINNED.test(uses)),
      ...(written.length === used.length ? [] : ["an action that is written in another form"]),
    ];
  },

  "the workflow itself may do nothing, each job what it needs": ({ workflow }) => [
    ...Object.keys(workflow.permissions),
    ...jobs(workflow).flatMap(([name, { permissions }]) => (permissions.contents === "read" ? [] : [name])),
  ],

  "the whole history is checked out, and no token is left in .git": ({ workflow }) =>
    steps(workflow)
      .filter(({ uses }) => uses?.startsWith("actions/checkout@"))
      .filter((step) => step.with?.["persist-credentials"] !== false || step.with["fetch-depth"] !== 0)
      .map(({ name }) => name),

  "no expression stands in a script, nothing is evaluated": ({ workflow }) => unsafeScripts(steps(workflow)),

  "what a variable holds is one word: quoted": ({ workflow }) => unquoted(steps(workflow)),

  "packages come from a lock file or by exact version, and run nothing while they are installed": ({ workflow }) =>
    steps(workflow)
      .flatMap(({ run }) => run?.split("\n") ?? [])
      .filter((line) => /\b(?:npm|npx|yarn|pnpm|curl|wget|pip|apt-get)\b/.test(line))
      .filter((line) => !/^\s*npx --no-install hoist /.test(line.replace(/^GITHUB_STEP_SUMMARY= /, "")))
      .filter(
        (line) => !/^npm (?:ci|install --global)(?: --omit=\w+)* --ignore-scripts(?: \w+@\d+\.\d+\.\d+)*$/.test(line),
      ),

  "Node is of one exact version, and no cache is shared with a job that has more rights": ({ text, workflow }) => [
    ...steps(workflow)
      .filter(({ uses }) => uses?.startsWith("actions/setup-node@"))
      .filter(
        (step) =>
          !/^\d+\.\d+\.\d+$/.test(String(step.with?.["node-version"])) ||
          step.with?.["package-manager-cache"] !== false ||
          "cache" in step.with,
      )
      .map(({ name }) => name),
    ...[...text.matchAll(/actions\/cache/g)].map(([found]) => found),
  ],

  "a secret is an environment's, and seen by one step": ({ text, workflow }) => {
    const seen = jobs(workflow).flatMap(([, job]) =>
      job.steps.flatMap(({ env = {} }) =>
        Object.values(env).filter((value) => job.environment !== undefined && /\bsecrets\./.test(String(value))),
      ),
    );
    const written = [...text.matchAll(/\bsecrets\s*[.[]/g)].length;
    return written === seen.length ? [] : [`${written} in the text, ${seen.length} in steps of an environment's job`];
  },

  "what syncs is the tip of one branch, one run at a time for each environment, and none is stopped half way": ({
    workflow,
  }) =>
    jobs(workflow).flatMap(([name, job]) => {
      if (job.environment === undefined) return [];
      const branch = workflow.on.push?.branches[0]?.replaceAll("\\", "");
      const checkout = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
      const ref = checkout?.with?.["ref"];
      const group = job.concurrency?.group ?? "";
      const others = jobs(workflow).filter(([, other]) => other.concurrency?.group === group);
      return [
        ...(ref === undefined || String(ref).includes("${{") || (branch !== undefined && ref !== branch) ? [name] : []),
        ...(job.concurrency?.["cancel-in-progress"] === false && others.length === 1 ? [] : [name]),
        ...(/^flags-(?:sync|drift)-[\w-]+$/.test(group) ? [] : [name]),
      ];
    }),

  "no job runs for hours, and on what it ran before": ({ workflow }) =>
    jobs(workflow).flatMap(([name, job]) =>
      job["timeout-minutes"] <= 15 && /^ubuntu-\d+\.\d+$/.test(job["runs-on"]) ? [] : [name],
    ),
} satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;

/** Returns every rule that a workflow violates, with the violation. */
export function violations(file: WorkflowFile): readonly string[] {
  return Object.entries(RULES).flatMap(([name, rule]) => rule(file).map((what) => `${name}: ${what}`));
}

/** Returns the violations in the steps of an action, whose inputs are not trusted. */
export function actionViolations(action: Action, text: string, scripts: readonly string[]): readonly string[] {
  const asSteps = scripts.map((run): Step => ({ name: "script", run }));
  return [
    ...unsafeScripts([...action.runs.steps, ...asSteps]),
    ...unquoted([...action.runs.steps, ...asSteps]),
    ...action.runs.steps.flatMap(({ name, run, shell }) => (run === undefined || shell === "bash" ? [] : [name])),
    ...[...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].flatMap(([, uses = ""]) => (PINNED.test(uses) ? [] : [uses])),
  ];
}

function jobs({ jobs: all }: Workflow): readonly (readonly [string, Job])[] {
  return Object.entries(all);
}

function steps(workflow: Workflow): readonly Step[] {
  return jobs(workflow).flatMap(([, job]) => job.steps);
}

function isForPullRequests({ on }: Workflow): boolean {
  return "pull_request" in on || "merge_group" in on;
}

/** The decision is of the event's own data, not of the branch's. */
function asksForOwn(step: Step, job: Job): boolean {
  const own = "${{ github.event.pull_request.head.repo.full_name == github.repository }}";
  return step.if === "${{ env.IS_OWN == 'true' }}" && job.env?.["IS_OWN"] === own;
}

function unsafeScripts(all: readonly Step[]): readonly string[] {
  return all.flatMap(({ name, run = "", uses = "", with: inputs = {} }) =>
    run.includes("${{") ||
    /(?:^|[\s;&|(])(?:eval|source|\.)\s/m.test(run) ||
    uses.includes("github-script") ||
    "script" in inputs
      ? [name]
      : [],
  );
}

/** Variables outside double quotes. In an assignment and after `case` the shell splits nothing; `$?` is a number. */
function unquoted(all: readonly Step[]): readonly string[] {
  return all.flatMap(({ name, run = "" }) =>
    run
      .split("\n")
      .filter((line) => !/^\s*(?:#|case\s)/.test(line))
      .map((line) =>
        line
          .replace(/\\./g, "")
          .replace(/'[^']*'/g, "")
          .replace(/"[^"]*"/g, ""),
      )
      .map((line) => line.replace(/(^|[\s;])(?:local )?\w+=\$(?:\w+|\{[^}]*\})/g, "$1"))
      .filter((line) => /\$[A-Za-z{(]/.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
}
