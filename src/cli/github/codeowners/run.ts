import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { FlagError } from "../../../core/errors.ts";
import { counted } from "../../../core/text.ts";
import { gitHubFrom } from "../../../github/connect.ts";
import { codeOwnersErrors } from "../../../github/repository.ts";
import { openRepository } from "../../../history/repository.ts";
import { loadFlags } from "../../../source/load/load.ts";
import { readWorkTree } from "../../../source/read/work-tree.ts";
import { EXIT, type ExitCode } from "../../exit-codes.ts";
import { staleText, textOf, writeStale } from "../../generate/text-files.ts";
import type { Io } from "../../terminal/io.ts";
import { lineDiff } from "../../terminal/line-diff.ts";
import { codeOwnersPath, codeOwnersText } from "./owners.ts";

/** The options of `hoist github codeowners`. */
export interface CodeOwnersOptions {
  readonly write: boolean;
  readonly check: boolean;
  readonly remote: boolean;
  readonly maintainers?: string | undefined;
}

/** Prints, writes or checks CODEOWNERS. @throws the errors of {@link codeOwnersText} and {@link codeOwnersErrors} */
export async function runCodeOwners(io: Io, folder: string, options: CodeOwnersOptions): Promise<ExitCode> {
  if (options.check && options.write) {
    throw new FlagError("USAGE", "--check and --write cannot be used together", { hint: "use --check in CI" });
  }
  const { path, root, before, after } = await codeOwnersOf(io, folder, options.maintainers ?? null);
  const done = `${io.style("green", "✓")} ${path}`;
  if (options.write) {
    const written = await writeStale(root, [{ path, text: after }]);
    io.changed?.();
    io.out(`${done}  ${written.length === 0 ? "up to date" : "written"}`);
  } else if (!options.check) {
    io.out(after.trimEnd());
  } else if (before === after) {
    io.out(`${done} is up to date`);
  } else {
    io.out(
      lineDiff(before, after)
        .map(({ sign, text }) => `  ${sign} ${text}`)
        .join("\n"),
    );
    io.err(staleText([path], "hoist github codeowners --write", EXIT.invalid, io.errStyle));
    return EXIT.invalid;
  }
  return options.remote ? checkOnGitHub(io, folder) : EXIT.done;
}

/** Returns the file before and after; its path is relative to the top of the repository. */
async function codeOwnersOf(io: Io, folder: string, maintainers: string | null) {
  const { root } = await openRepository(folder, io.env);
  const loaded = loadFlags(await readWorkTree(folder));
  const error = loaded.diagnostics.find(({ severity }) => severity === "error");
  if (error !== undefined) {
    throw new FlagError("INVALID_FLAGS", `${error.file} has errors, so its owner cannot be determined`, {
      hint: "hoist validate",
    });
  }
  const prefix = relative(await realpath(root), await realpath(folder)).replaceAll("\\", "/");
  const path = codeOwnersPath(root);
  const before = (await textOf(join(root, path))) ?? "";
  return { root, path, before, after: codeOwnersText(before, path, { loaded, prefix, maintainers }) };
}

/** Asks GitHub for errors in the commit of the workflow run, else in HEAD. */
async function checkOnGitHub(io: Io, folder: string): Promise<ExitCode> {
  const github = await gitHubFrom(io.env, folder, (text) => io.err(text));
  const ref = io.env["GITHUB_SHA"] || (await (await openRepository(folder, io.env)).resolve("HEAD"));
  const errors = await codeOwnersErrors(github, ref);
  if (errors.length === 0) {
    io.out(`${io.style("green", "✓")} GitHub finds no errors in it`);
    return EXIT.done;
  }
  for (const { path, line, column, message } of errors) {
    io.out(`${path}:${line}:${column}  ${io.style("red", "error")}  code-owner  ${message}`);
  }
  io.err(`\nGitHub finds ${counted(errors.length, "error")}; these lines request no review    exit ${EXIT.invalid}`);
  return EXIT.invalid;
}
