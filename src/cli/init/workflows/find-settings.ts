import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import packageFile from "../../../../package.json" with { type: "json" };
import { FlagError } from "../../../core/errors.ts";
import { existsAt } from "../../../files/entry.ts";
import { readRegularFile } from "../../../files/read-file.ts";
import { gitIn, type Git } from "../../../history/git.ts";
import type { Config } from "../../../source/load/config.ts";
import type { Io } from "../../terminal/io.ts";
import type { Install, WorkflowSettings } from "./parts.ts";

/** A git repository, and the settings for its workflows. */
export interface FoundRepository {
  /** The top of the work tree. */
  readonly root: string;
  readonly settings: WorkflowSettings;
  /** False when its remote is on a server other than GitHub, where workflows have no effect. */
  readonly isOnGitHub: boolean;
}

/**
 * Finds the settings for the workflows of a repository. Returns null outside a repository.
 *
 * @param folder  the folder that contains `flags/`
 * @throws FlagError GIT_FAILED
 */
export async function findSettings(folder: string, config: Config, env: Io["env"]): Promise<FoundRepository | null> {
  const git = gitIn(folder, env);
  const root = await topOf(git);
  if (root === null) return null;
  const below = relative(await realpath(root), await realpath(folder)).replaceAll("\\", "/");
  const remote = await git.run("remote", "get-url", "origin").catch(() => "");
  return {
    root,
    isOnGitHub: isGitHub(remote.trim()) || existsAt(join(root, ".github")),
    settings: {
      environments: syncedEnvironments(config),
      branch: await mainBranch(git),
      folder: below,
      install: await installOf(root, below),
    },
  };
}

async function topOf(git: Git): Promise<string | null> {
  try {
    return (await git.run("rev-parse", "--show-toplevel")).trim() || null;
  } catch (error) {
    if (error instanceof FlagError && error.code === "NOT_A_REPOSITORY") return null;
    throw error;
  }
}

/** Returns the environments for the workflows: all that are not synced from a work tree, or all if there are no others. */
function syncedEnvironments({ environments }: Config): readonly string[] {
  const shared = environments.filter(({ workTree }) => !workTree);
  return (shared.length === 0 ? environments : shared).map(({ name }) => name);
}

/** A repository without a remote may get one on GitHub later. */
function isGitHub(remote: string): boolean {
  if (remote === "" || /^[./]/.test(remote) || remote.startsWith("file:")) return true;
  const [, host = ""] = /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^:/]+)/i.exec(remote) ?? [];
  return /github|\.ghe\.com$/i.test(host);
}

/** Returns the default branch of the remote, else main or master, else the branch that is checked out. */
async function mainBranch(git: Git): Promise<string> {
  const remote = await git.run("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").catch(() => "");
  if (remote.trim() !== "") return remote.trim().replace(/^origin\//, "");
  const usual = await git.run("branch", "--list", "--format=%(refname:short)", "main", "master");
  const [first] = usual.split("\n").filter((name) => name !== "");
  if (first !== undefined) return first;
  const current = await git.run("symbolic-ref", "--quiet", "--short", "HEAD").catch(() => "");
  return current.trim() || "main";
}

/** Uses the nearest package.json that depends on the command and has an npm lock file next to it. */
async function installOf(root: string, below: string): Promise<Install> {
  for (const folder of new Set([below, ""])) {
    const manifest = await manifestIn(join(root, folder, "package.json"));
    if (manifest.name === packageFile.name) return { kind: "source" };
    const isNamed = Object.hasOwn({ ...manifest.dependencies, ...manifest.devDependencies }, packageFile.name);
    const locks = ["package-lock.json", "npm-shrinkwrap.json"];
    if (isNamed && locks.some((name) => existsAt(join(root, folder, name)))) return { kind: "locked", folder };
  }
  return { kind: "exact", version: packageFile.version };
}

const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;

interface Manifest {
  readonly name?: unknown;
  readonly dependencies?: Readonly<Record<string, unknown>>;
  readonly devDependencies?: Readonly<Record<string, unknown>>;
}

/** Returns an empty manifest for a file that is missing or cannot be read. */
async function manifestIn(file: string): Promise<Manifest> {
  const found = await readRegularFile(file, { maxBytes: MAX_MANIFEST_BYTES });
  if (found.kind !== "read") return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(found.bytes).toString("utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
