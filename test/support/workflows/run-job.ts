import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { interpolated, isMet, type Contexts, type Situation } from "./expression.ts";
import type { Job, Step, Workflow } from "./workflow.ts";

export interface Runner {
  /** The checked-out repository. */
  readonly folder: string;
  /** Where the runner keeps its own files: summary, outputs, event. */
  readonly home: string;
  readonly contexts: Contexts;
  /** What Actions sets beside them: GITHUB_BASE_REF, GITHUB_API_URL … */
  readonly env?: Readonly<Record<string, string>>;
  /** First on the PATH. */
  readonly bin?: string;
}

export interface StepRun {
  readonly name: string;
  readonly code: number;
  readonly out: string;
}

export interface JobRun {
  readonly result: "success" | "failure" | "skipped";
  /** The script steps that ran, in order. */
  readonly steps: readonly StepRun[];
  readonly summary: string;
  readonly output: string;
}

/**
 * Runs a job like a runner: evaluates conditions and variables, and runs every script with bash as GitHub does.
 * Checkout, Node and the installation are already done.
 */
export async function runJob(workflow: Workflow, name: string, runner: Runner): Promise<JobRun> {
  const job = workflow.jobs[name];
  if (job === undefined) throw new Error(`no job ${name}`);
  const needed = job.needs === undefined ? undefined : (runner.contexts["needs"] as Contexts)[job.needs];
  const isSuccess = needed === undefined || (needed as { readonly result: string }).result === "success";
  const situation = { contexts: runner.contexts, folder: runner.folder, isSuccess };
  if (!isMet(job.if, situation)) return { result: "skipped", steps: [], summary: "", output: "" };
  const env = { ...values(workflow.env, situation), ...values(job.env, situation) };
  return runSteps(
    stepsOf(job),
    { ...runner, contexts: { ...runner.contexts, env } },
    env,
    workflow.defaults.run["working-directory"],
  );
}

/** Runs the steps of a job or an action. */
export async function runSteps(
  steps: readonly Step[],
  runner: Runner,
  env: Readonly<Record<string, string>> = {},
  place = ".",
): Promise<JobRun> {
  const { folder, home } = runner;
  const [summary, output] = [join(home, "summary.md"), join(home, "output")];
  for (const file of [summary, output]) if (!existsSync(file)) writeFileSync(file, "");
  const runs: StepRun[] = [];
  for (const step of steps) {
    const isSuccess = runs.every(({ code }) => code === 0);
    const contexts = { ...runner.contexts, env, steps: { install: { outcome: "success" } } };
    const situation = { contexts, folder, isSuccess };
    if (step.run === undefined || !isMet(step.if, situation)) continue;
    const all = {
      PATH: [runner.bin, dirname(process.execPath), process.env["PATH"]].filter(Boolean).join(":"),
      HOME: home,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: folder,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_OUTPUT: output,
      ...runner.env,
      ...env,
      ...values(step.env, situation),
    };
    const cwd = join(folder, step["working-directory"] ?? place);
    runs.push({ name: step.name, ...(await script(step.run, join(home, "step.sh"), cwd, all)) });
  }
  return {
    result: runs.every(({ code }) => code === 0) ? "success" : "failure",
    steps: runs,
    summary: readFileSync(summary, "utf8"),
    output: readFileSync(output, "utf8"),
  };
}

function stepsOf({ steps }: Job): readonly Step[] {
  return steps.filter(({ id }) => id !== "install");
}

function values(env: Step["env"], situation: Situation): Record<string, string> {
  const entries = Object.entries(env ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, interpolated(String(value), situation)]));
}

/** `shell: bash`, as GitHub starts it. */
function script(
  text: string,
  file: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly out: string }> {
  writeFileSync(file, text);
  return new Promise((resolve) => {
    const bash = ["--noprofile", "--norc", "-eo", "pipefail", file];
    execFile("bash", bash, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out: stdout + stderr });
    });
  });
}
