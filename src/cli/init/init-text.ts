import type { LoadedFlags } from "../../source/load/load.ts";
import type { Step } from "./first-steps.ts";
import type { Style } from "../terminal/io.ts";
import { tableText } from "../terminal/table.ts";

/** A command and what it is good for. */
export interface NextStep {
  readonly command: string;
  readonly about: string;
}

export interface Taken {
  readonly steps: readonly Step[];
  /** What is to be switched on in the settings of the repository on GitHub. */
  readonly settings: readonly NextStep[];
  readonly next: readonly NextStep[];
}

export function initText({ steps, settings, next }: Taken, style: Style): string {
  const isNew = steps.some(({ outcome }) => outcome !== "kept");
  const rows = steps.map(({ outcome, path, note }) => [outcome, path, style("dim", note)]);
  const lines = (each: readonly NextStep[]) =>
    tableText(
      each.map(({ command, about }) => [style("bold", command), about]),
      "  ",
    );
  const head = isNew
    ? `${style("green", "✓")} flags/ is here`
    : `${style("green", "✓")} flags/ was here already, nothing was changed`;
  return [
    head,
    "",
    tableText(rows, "  "),
    "",
    ...(settings.length === 0 ? [] : ["On GitHub, once, in the settings of the repository:", lines(settings), ""]),
    "Next:",
    lines(next),
  ].join("\n");
}

/** Three commands that work as printed: check, bring the flags to where they are read, ask for an answer. */
export function nextSteps({ config, flags }: LoadedFlags): readonly NextStep[] {
  const key = flags[0]?.key;
  const [first] = config?.environments ?? [];
  const check = { command: "hoist validate", about: "check everything under flags/ and run its tests" };
  if (key === undefined || first === undefined) return [check, { command: "hoist new --help", about: "write a flag" }];
  const open = config?.environments.find(({ workTree }) => workTree);
  if (open === undefined) {
    return [
      check,
      { command: "hoist list", about: "the flags, and what each environment is to be served" },
      { command: `hoist why ${key} --user user-42 --env ${first.name} --work-tree`, about: "every step to one answer" },
    ];
  }
  return [
    check,
    { command: `hoist sync --env ${open.name} --work-tree`, about: `bring the files into ${open.name}'s database` },
    { command: `hoist why ${key} --user user-42 --env ${open.name}`, about: "every step to one answer" },
  ];
}
