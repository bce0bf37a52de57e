import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { FlagError } from "../../core/errors.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { andText, countText } from "../../core/text.ts";
import type { Checked } from "../../source/read/check-files.ts";
import { hoistCommand, type Done } from "../command.ts";
import type { ExitCode } from "../exit-codes.ts";
import { printNote, progressOf, todayOf, type Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";
import type { ReportFormat } from "./report.ts";
import { jsonText } from "../terminal/json-text.ts";

/** Creates the command `hoist validate`. */
export function validateCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist validate",
    "hoist validate --base origin/main        also check what this branch changes against the policies",
    "hoist validate --base HEAD --work-tree   the same for changes that are not committed yet",
    "hoist validate --staged                  check the staged files, for example in a hook",
    "hoist validate --format github           print annotations for the changed lines of a pull request",
  ];
  return hoistCommand("validate", "check all flag files and run their tests", examples, io)
    .option("--commit <ref>", "commit, branch or tag to check (default: the work tree; with --base, HEAD)")
    .addOption(new Option("--staged", "check the files staged for the next commit").conflicts("commit"))
    .addOption(new Option("--work-tree", "check the work tree, also with --base").conflicts(["commit", "staged"]))
    .option("--base <ref>", "also check and show what changes since this commit, in each environment")
    .addOption(
      new Option("--format <format>", "output format")
        .choices(["text", "json", "github"] as const)
        .default("text" as const),
    )
    .action(async ({ staged, workTree, commit, base, format, cwd }) => {
      const { checkFiles } = await import("../../source/read/check-files.ts");
      const { hasErrors, report } = await import("./report.ts");
      const { noteUncommitted } = await import("../plan/plan-text.ts");
      const folder = flagsFolder(io, cwd);
      const files = staged === true ? await stagedFiles(io, folder) : undefined;
      if (files?.length === 0) {
        if (format === "json") io.out(jsonText({ valid: true, flags: 0, testsPassed: 0, diagnostics: [] }));
        io.err("nothing under flags/ is staged");
        return;
      }
      // A comparison reads commits on both sides, as the sync after the merge does.
      const isCompared = base !== undefined && staged !== true && workTree !== true;
      const origin = { folder, ref: commit ?? (isCompared ? "HEAD" : null), files };
      if (base !== undefined) await (await import("../../impact/changes-since.ts")).checkBase(folder, base);
      const read = await checkFiles(origin, { progress: progressOf(io), today: todayOf(io) });
      const isWorkTree = origin.ref === null && files === undefined;
      const checked = isWorkTree ? await withLeftOut(io, read, folder) : read;
      if (isCompared) noteUncommitted(io, checked.files.uncommitted, "comparison");
      if (base !== undefined && !hasErrors(checked)) done(await reportBranch(io, checked, { folder, base, format }));
      else done(report(io, checked, format, { folder }));
    });
}

/** Adds the errors about files that a commit would not hold as they are. Notes which files are new. */
async function withLeftOut(io: Io, checked: Checked, folder: string): Promise<Checked> {
  const { leftOutOfCommit } = await import("../../source/read/as-committed.ts");
  const { inFileOrder } = await import("../../source/load/parsed-file.ts");
  const { diagnostics, untracked, ignoredBy } = await leftOutOfCommit(folder, checked.files.sources);
  if (ignoredBy !== null) printNote(io, `git ignores flags/ (${ignoredBy}), so no commit holds these files`);
  if (untracked.length > 0) {
    const [are, them] = untracked.length === 1 ? ["file is", "it"] : ["files are", "them"];
    const names = andText(untracked, 4);
    printNote(
      io,
      `${countText(untracked.length)} ${are} new: ${names}; commits leave ${them} out until you run: git add flags`,
    );
  }
  return { ...checked, diagnostics: [...checked.diagnostics, ...diagnostics].sort(inFileOrder) };
}

/** Reports valid files together with what they change against a base, and whether the policies allow it. */
async function reportBranch(
  io: Io,
  checked: Checked,
  { folder, base, format }: { readonly folder: string; readonly base: string; readonly format: ReportFormat },
): Promise<ExitCode> {
  const { inFileOrder } = await import("../../source/load/parsed-file.ts");
  const { baseOf, plansSince } = await import("../../impact/changes-since.ts");
  const { checkPolicies } = await import("../../impact/policy/check-policies.ts");
  const { withExpiredErrors } = await import("../../impact/policy/check-expiry.ts");
  const { branchText } = await import("../plan/plan-text.ts");
  const { planData } = await import("../plan/plan-json.ts");
  const { report } = await import("./report.ts");
  const before = await baseOf(folder, base, checked.files);
  const plans = plansSince(before, checked.files);
  const change = { before: before.loaded, after: checked.files.loaded, plans };
  const broken = checkPolicies(change, { today: todayOf(io) });
  const diagnostics = [...withExpiredErrors(checked.diagnostics, change), ...broken].sort(inFileOrder);
  const code = report(io, { ...checked, diagnostics }, format, {
    more: { plans: plans.map(planData), uncommitted: checked.files.uncommitted },
    folder,
  });
  const text = branchText(plans, base, io.style);
  if (format === "text") io.out(`\n${text}`);
  else if (format === "github") io.err(text);
  return code;
}

/** Returns the files as the next commit will hold them; none where nothing under `flags/` is staged. */
async function stagedFiles(io: Io, folder: string): Promise<readonly SourceFile[]> {
  const { readStaged } = await import("../../history/staged.ts");
  const { changed, files } = await readStaged(folder, "flags", io.env);
  if (changed.length > 0 && files.length === 0) {
    throw new FlagError("NO_FLAGS", "the next commit would leave no files under flags/", {
      hint: "if that is intended: git commit --no-verify",
    });
  }
  return files;
}
