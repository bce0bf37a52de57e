import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { join, relative } from "node:path";
import { cwdOption, hoistCommand, type Done } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

/** `hoist github codeowners` */
export function codeOwnersCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist github codeowners                                  print it",
    'hoist github codeowners --write --maintainers "@acme/platform"',
    "hoist github codeowners --check --remote                 for CI: exit 3 when it is stale or GitHub finds a fault in it",
  ];
  const summary = "CODEOWNERS from the owners of the flags; what else stands in the file stays";
  return hoistCommand("github codeowners", summary, examples, io)
    .option("--write", "write the file: the one that is there, else .github/CODEOWNERS", false)
    .option("--check", "write nothing; exit 3 when the file is not what flags/ says", false)
    .option("--remote", "also ask GitHub what it finds wrong with the file", false)
    .option(
      "--maintainers <handles>",
      "who owns the rest of flags/, .github/ and CODEOWNERS (else as the file says, else every owner)",
    )
    .addOption(cwdOption)
    .action(async (options) => {
      const { FlagError } = await import("../../core/errors.ts");
      if (options.check && options.write) {
        throw new FlagError("USAGE", "--check and --write exclude each other", { hint: "CI checks, people write" });
      }
      const folder = flagsFolder(io, options.cwd);
      const { path, root, before, after } = await codeOwnersOf(io, folder, options.maintainers ?? null);
      if (options.write) {
        const { writeStale } = await import("../generate/text-files.ts");
        const written = await writeStale(root, [{ path, text: after }]);
        io.out(`${io.style("green", "✓")} ${path}  ${written.length === 0 ? "up to date" : "written"}`);
      } else if (!options.check) {
        io.out(after.trimEnd());
      } else if (before !== after) {
        const { staleText } = await import("../generate/text-files.ts");
        const { lineDiff } = await import("../terminal/line-diff.ts");
        const lines = lineDiff(before, after).map(({ sign, text }) => `  ${sign} ${text}`);
        io.out(lines.join("\n"));
        io.err(staleText([path], "hoist github codeowners --write", EXIT.invalid, io.errStyle));
        done(EXIT.invalid);
        return;
      } else {
        io.out(`${io.style("green", "✓")} ${path} is what flags/ says`);
      }
      done(options.remote ? await askGitHub(io, folder) : EXIT.done);
    });
}

interface CodeOwners {
  readonly root: string;
  /** From the top of the repository. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

async function codeOwnersOf(io: Io, folder: string, maintainers: string | null): Promise<CodeOwners> {
  const { realpath } = await import("node:fs/promises");
  const { openRepository } = await import("../../history/repository.ts");
  const { loadFlags } = await import("../../source/load/load.ts");
  const { readWorkTree } = await import("../../source/read/work-tree.ts");
  const { codeOwnersPath, codeOwnersText } = await import("./codeowners/owners.ts");
  const { textOf } = await import("../generate/text-files.ts");
  const { root } = await openRepository(folder, io.env);
  const loaded = loadFlags(await readWorkTree(folder));
  await refuseErrors(loaded);
  const prefix = relative(await realpath(root), await realpath(folder)).replaceAll("\\", "/");
  const path = codeOwnersPath(root);
  const before = (await textOf(join(root, path))) ?? "";
  return { root, path, before, after: codeOwnersText(before, path, { loaded, prefix, maintainers }) };
}

/** A file with errors has no owner that could be relied on. */
async function refuseErrors(loaded: {
  readonly diagnostics: readonly { readonly severity: string; readonly file: string }[];
}): Promise<void> {
  const error = loaded.diagnostics.find(({ severity }) => severity === "error");
  if (error === undefined) return;
  const { FlagError } = await import("../../core/errors.ts");
  throw new FlagError("INVALID_FLAGS", `${error.file} has errors, so whose it is cannot be relied on`, {
    hint: "hoist validate",
  });
}

/** GitHub is asked about what it has: the commit of the workflow's run, else HEAD. */
async function askGitHub(io: Io, folder: string): Promise<ExitCode> {
  const { gitHubFrom } = await import("../../github/connect.ts");
  const { codeOwnersErrors } = await import("../../github/repository.ts");
  const { openRepository } = await import("../../history/repository.ts");
  const github = await gitHubFrom(io.env, folder, (text) => io.err(text));
  const ref = io.env["GITHUB_SHA"] || (await (await openRepository(folder, io.env)).resolve("HEAD"));
  const errors = await codeOwnersErrors(github, ref);
  if (errors.length === 0) {
    io.out(`${io.style("green", "✓")} GitHub finds no fault in it`);
    return EXIT.done;
  }
  for (const { path, line, column, message } of errors) {
    io.out(`${path}:${line}:${column}  ${io.style("red", "error")}  code-owner  ${message}`);
  }
  io.err(`\nGitHub finds ${errors.length} faults: those lines ask nobody for a review    exit ${EXIT.invalid}`);
  return EXIT.invalid;
}
