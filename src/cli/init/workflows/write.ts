import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { Step } from "../first-steps.ts";
import { gitHubFiles, type GitHubFile } from "./files.ts";
import type { FoundRepository } from "./find-settings.ts";
import { MARK } from "./steps.ts";

/**
 * Writes the files of `.github/` that do not exist yet. Next to another workflow of the same name, the new one gets the prefix
 * `flags-`.
 *
 * @param folder  the folder to which the paths in the result are relative
 * @throws FlagError as gitHubFiles does, before anything is written
 */
export function writeWorkflows(folder: string, { root, settings }: FoundRepository): readonly Step[] {
  return gitHubFiles(settings).map((file) => {
    const free = freePath(root, file);
    const path = relative(folder, join(root, free)).replaceAll("\\", "/");
    if (existsSync(join(root, free))) return { path, outcome: "kept", note: file.note };
    mkdirSync(dirname(join(root, free)), { recursive: true });
    writeFileSync(join(root, free), file.text, { flag: "wx" });
    return { path, outcome: "written", note: file.note };
  });
}

/** GitHub reads a template from any of these folders, in any case. */
const TEMPLATE_FOLDERS = [".github", ".", "docs"];

function freePath(root: string, { path, text }: GitHubFile): string {
  if (basename(path) === "pull_request_template.md") return templateIn(root) ?? path;
  const file = join(root, path);
  if (!text.startsWith(MARK) || !existsSync(file) || readFileSync(file, "utf8").startsWith(MARK)) return path;
  return path.replace(/([^/]+)$/, "flags-$1");
}

function templateIn(root: string): string | undefined {
  return TEMPLATE_FOLDERS.filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
    .find((path) => /^pull_request_template\.(?:md|txt)$/i.test(basename(path)));
}
