import type { LoadedFlags } from "../../source/load/load.ts";
import { readEnvironment, type WorkflowSettings } from "./workflows/parts.ts";
import type { Step } from "./first-steps.ts";
import type { Style } from "../terminal/io.ts";
import { tableText } from "../terminal/layout.ts";

/** A command, or a setting, and its purpose. */
export interface NextStep {
  readonly command: string;
  readonly about: string;
}

/** The result of `hoist init`. */
export interface InitResult {
  readonly steps: readonly Step[];
  /** The settings to change in the repository on GitHub. */
  readonly settings: readonly NextStep[];
  readonly next: readonly NextStep[];
}

/** Renders what `hoist init` wrote, and what to do next. */
export function initText({ steps, settings, next }: InitResult, style: Style): string {
  const isNew = steps.some(({ outcome }) => outcome !== "kept");
  const rows = steps.map(({ outcome, path, note }) => [outcome, path, style("dim", note)]);
  const lines = (each: readonly NextStep[]) =>
    tableText(
      each.map(({ command, about }) => [style("bold", command), about]),
      "  ",
    );
  const head = isNew
    ? `${style("green", "✓")} flags/ created`
    : `${style("green", "✓")} flags/ already exists; nothing was changed`;
  return [
    head,
    "",
    tableText(rows, "  "),
    "",
    ...(settings.length === 0 ? [] : ["Set up once, in the repository settings on GitHub:", lines(settings), ""]),
    "Next:",
    lines(next),
  ].join("\n");
}

/** Returns three commands that work as printed: validate, sync, and evaluate a flag. */
export function nextSteps({ config, flags }: LoadedFlags): readonly NextStep[] {
  const key = flags[0]?.key;
  const [first] = config?.environments ?? [];
  const check = { command: "hoist validate", about: "check all flag files and run their tests" };
  if (key === undefined || first === undefined) return [check, { command: "hoist new --help", about: "add a flag" }];
  const open = config?.environments.find(({ workTree }) => workTree);
  const why = (target: string) => {
    return { command: `hoist why ${key} --user user-42 --env ${target}`, about: "explain one answer step by step" };
  };
  if (open === undefined) {
    const list = { command: "hoist list", about: "list the flags and what each environment serves" };
    return [check, list, why(`${first.name} --work-tree`)];
  }
  const command = `hoist sync --env ${open.name} --work-tree`;
  return [check, { command, about: `apply the files to the database of ${open.name}` }, why(open.name)];
}

/** Lists what must be set up on GitHub itself. */
export function gitHubSetup({ environments, branch }: WorkflowSettings): readonly NextStep[] {
  const places = (names: readonly string[]) => `Environments ${names.join(", ")}`;
  const step = (command: string, about: string): NextStep => ({ command, about });
  const secret = (role: string) => `secret FLAGS_DATABASE_URL (role ${role}), branch ${branch} only`;
  return [
    step(places(environments), `${secret("flaghoist_<env>_sync")}, reviewers`),
    step(places(environments.map(readEnvironment)), secret("flaghoist_<env>_reader")),
    step(`Rules for ${branch}`, "pull request, required check validate, code owners, no force push"),
    step("hoist github codeowners --write", "write CODEOWNERS, once flags/_config.yaml names teams or users on GitHub"),
  ];
}
