import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { cwdOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { progressOf, type Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

export function validateCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist validate",
    "hoist validate --base origin/main               also: what this branch changes, and what has to be acknowledged",
    "hoist validate --staged                          what the next commit will hold, for a hook",
    "hoist validate --format github                  annotations on the changed lines of a pull request",
  ];
  return hoistCommand("validate", "check everything under flags/ and run its tests", examples, io)
    .option("--commit <ref>", "check a commit, branch or tag instead of the files as they stand")
    .addOption(new Option("--staged", "check what is staged for the next commit instead").conflicts("commit"))
    .option("--base <ref>", "also show what changes against that commit, in each environment")
    .addOption(
      new Option("--format <format>", "how the result is printed")
        .choices(["text", "json", "github"] as const)
        .default("text" as const),
    )
    .addOption(cwdOption)
    .action(async (options) => {
      const { checkFiles } = await import("../../source/read/check-files.ts");
      const folder = flagsFolder(io, options.cwd);
      const staged = options.staged === true ? await stagedFiles(io, folder) : undefined;
      if (staged?.length === 0) {
        if (options.format === "json")
          io.out(JSON.stringify({ valid: true, flags: 0, testsPassed: 0, diagnostics: [] }));
        io.err("nothing under flags/ is staged");
        done(EXIT.done);
        return;
      }
      const today = io.now().toISOString().slice(0, 10);
      const checked = await checkFiles(
        { folder, ref: options.commit ?? null, files: staged },
        { progress: progressOf(io), today },
      );
      const { report } = await import("./report.ts");
      const { inFileOrder } = await import("../../source/load/parsed-file.ts");
      const isValid = !checked.diagnostics.some(({ severity }) => severity === "error");
      if (options.base === undefined || !isValid) {
        done(report(io, checked, options.format, {}, folder));
        return;
      }
      const { baseOf, plansSince } = await import("../../impact/changes-since.ts");
      const { checkPolicies } = await import("../../impact/policy/check-policies.ts");
      const { strictAboutEdited } = await import("../../impact/policy/check-expiry.ts");
      const { branchText } = await import("../plan/branch-text.ts");
      const { planData } = await import("../plan/plan-json.ts");
      const { files } = checked;
      const base = await baseOf(folder, options.base, files);
      const plans = plansSince(base, files);
      const change = { before: base.loaded, after: files.loaded, plans };
      const broken = checkPolicies(change, { today });
      const diagnostics = [...strictAboutEdited(checked.diagnostics, change), ...broken].sort(inFileOrder);
      const code = report(io, { ...checked, diagnostics }, options.format, { plans: plans.map(planData) }, folder);
      const text = branchText(plans, options.base, io.style);
      if (options.format === "text") io.out(`\n${text}`);
      else if (options.format === "github") io.err(text);
      done(code);
    });
}

/** None where nothing under `flags/` differs from HEAD: then there is nothing to check. */
async function stagedFiles(io: Io, folder: string): Promise<readonly SourceFile[]> {
  const { readStaged } = await import("../../history/staged.ts");
  const { changed, files } = await readStaged(folder, "flags", io.env);
  if (changed.length > 0 && files.length === 0) {
    const { FlagError } = await import("../../core/errors.ts");
    throw new FlagError("NO_FLAGS", "the next commit would leave nothing under flags/", {
      hint: "if that is meant: git commit --no-verify",
    });
  }
  return files;
}
