import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { created, nodeId, ok, repoUrl, signedIn, type Call, type Handlers } from "./call.ts";
import { gitCommitJson, mailOf, readCommit, type Signature } from "./commits.ts";
import { identity, type BareGit } from "./git.ts";
import { demandCommits } from "./refs.ts";
import { notFound, unprocessable } from "./refusal.ts";
import type { World } from "./world.ts";

/** What stands at a path of a tree. */
export interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  /** Of blobs alone. */
  readonly size: number | null;
  readonly path: string;
}

/** `MODE TYPE SHA SIZE\tPATH\0` … @param name a tree, or a commit or path that has one */
export async function readTree(
  git: BareGit,
  name: string,
  ...options: readonly string[]
): Promise<readonly TreeEntry[]> {
  const text = await git.run(["ls-tree", "-l", "-z", "--full-tree", ...options, name]);
  return text
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const [mode = "", type = "", sha = "", size = ""] = line.slice(0, line.indexOf("\t")).split(/ +/);
      return { mode, type, sha, size: size === "-" ? null : Number(size), path: line.slice(line.indexOf("\t") + 1) };
    });
}

async function treeJson(
  call: Call,
  sha: string,
  entries: readonly TreeEntry[],
): Promise<Readonly<Record<string, unknown>>> {
  const url = `${repoUrl(call)}/git`;
  return {
    sha,
    url: `${url}/trees/${sha}`,
    truncated: entries.length > call.world.treeLimit,
    tree: entries.slice(0, call.world.treeLimit).map(({ path, mode, type, sha, size }) => ({
      path,
      mode,
      type,
      sha,
      ...(size === null ? {} : { size }),
      ...(type === "commit" ? {} : { url: `${url}/${type}s/${sha}` }),
    })),
  };
}

/** @throws Refusal */
async function treeOf({ git }: World, name: string): Promise<string> {
  const tree = await git.info(`${name}^{tree}`);
  if (tree === null) throw notFound();
  return tree.sha;
}

interface NewEntry {
  readonly path?: string;
  readonly mode?: string;
  readonly type?: string;
  readonly sha?: string | null;
  readonly content?: string;
}

/** @throws Refusal  as the original, for what git could not hold */
export async function writeTree(world: World, base: string | undefined, entries: readonly NewEntry[]): Promise<string> {
  const { git } = world;
  const folder = mkdtempSync(join(git.folder, "index-"));
  const env = { GIT_INDEX_FILE: join(folder, "index") };
  try {
    const known = new Set<string>();
    if (base !== undefined) {
      const tree = await treeOf(world, base).catch(() => null);
      if (tree === null) throw unprocessable("base_tree is not a valid tree oid");
      await git.run(["read-tree", tree], { env });
      for (const { path } of await readTree(git, tree, "-r", "-t")) known.add(path);
    }
    const lines: string[] = [];
    for (const entry of entries) lines.push(await indexLine(git, entry, known));
    await git.run(["update-index", "-z", "--add", "--index-info"], { env, input: lines.join("") });
    return await git.run(["write-tree"], { env });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function indexLine(git: BareGit, entry: NewEntry, known: ReadonlySet<string>): Promise<string> {
  const { path = "", mode = "100644", sha, content } = entry;
  const parts = path.split("/");
  if (path === "" || parts.some((part) => part === "" || part === "." || part === ".." || /^\.git$/i.test(part))) {
    throw unprocessable("tree.path contains a malformed path component");
  }
  if (sha === null) {
    // What is not there cannot be taken away.
    if (!known.has(path)) throw unprocessable("GitRPC::BadObjectState");
    return `0 ${"0".repeat(40)}\t${path}\0`;
  }
  if (sha === undefined && content === undefined) {
    throw unprocessable("Invalid tree info: must supply either tree.sha or tree.content");
  }
  const blob = sha ?? (await git.run(["hash-object", "-w", "--stdin"], { input: content ?? "" }));
  if ((await git.info(blob)) === null) throw unprocessable(`tree.sha ${blob} is not a valid blob`);
  return `${mode} ${blob}\t${path}\0`;
}

export const gitDataHandlers: Handlers = {
  "git/get-commit": async (call) => {
    await demandCommits(call.world);
    const sha = await call.world.git.commitOf(String(call.path["commit_sha"]));
    if (sha === null) throw notFound();
    return ok(gitCommitJson(call, await readCommit(call.world.git, sha)));
  },
  "git/create-commit": async (call) => {
    const { world, body } = call;
    await demandCommits(world);
    const { message, tree, parents = [] } = body as { message: string; tree: string; parents?: readonly string[] };
    if ((await world.git.info(`${tree}^{tree}`)) === null) {
      throw unprocessable("Tree SHA does not exist");
    }
    for (const parent of parents) {
      if ((await world.git.commitOf(parent)) === null)
        throw unprocessable("Parent SHA does not exist or is not a commit object");
    }
    const account = signedIn(call);
    const own: Signature = { name: account.login, email: mailOf(account), date: world.now() };
    const author = { ...own, ...(body["author"] as Partial<Signature> | undefined) };
    const committer = { ...author, ...(body["committer"] as Partial<Signature> | undefined) };
    const sha = await world.git.run(["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-F", "-"], {
      input: message,
      env: identity(author, committer),
    });
    return created(gitCommitJson(call, await readCommit(world.git, sha)));
  },
  "git/get-tree": async (call) => {
    await demandCommits(call.world);
    const sha = await treeOf(call.world, String(call.path["tree_sha"]));
    // Any value counts, also `0` and `false`.
    const options = call.query["recursive"] === undefined ? [] : ["-r", "-t"];
    return ok(await treeJson(call, sha, await readTree(call.world.git, sha, ...options)));
  },
  "git/create-tree": async (call) => {
    const { world, body } = call;
    await demandCommits(world);
    const { tree, base_tree: base } = body as { tree: readonly NewEntry[]; base_tree?: string };
    if (tree.length === 0 && base === undefined) throw unprocessable("Invalid tree info");
    const sha = await writeTree(world, base, tree);
    return created(await treeJson(call, sha, await readTree(world.git, sha)));
  },
  "git/get-blob": async (call) => {
    await demandCommits(call.world);
    const sha = String(call.path["file_sha"]);
    const isBlob = (await call.world.git.info(sha))?.type === "blob";
    const bytes = isBlob ? await call.world.git.contents(sha) : null;
    if (bytes === null) throw notFound();
    if (call.accept.includes("raw")) return rawAnswer(bytes);
    return ok({
      sha,
      node_id: nodeId("Blob", sha),
      size: bytes.length,
      url: `${repoUrl(call)}/git/blobs/${sha}`,
      content: base64Lines(bytes),
      encoding: "base64",
    });
  },
  "git/create-blob": async (call) => {
    await demandCommits(call.world);
    const { content, encoding = "utf-8" } = call.body as { content: string; encoding?: string };
    const input = encoding === "base64" ? Buffer.from(content, "base64") : content;
    const sha = await call.world.git.run(["hash-object", "-w", "--stdin"], { input });
    return created({ sha, url: `${repoUrl(call)}/git/blobs/${sha}` });
  },
};

/** As GitHub breaks it: a line feed after every 60 characters. */
export function base64Lines(bytes: Buffer): string {
  return bytes.toString("base64").replace(/.{1,60}/g, "$&\n");
}

/** A file's bytes, for a request that accepts `raw`. */
export function rawAnswer(bytes: Buffer): { status: number; body: Buffer; headers: Record<string, string> } {
  return { status: 200, body: bytes, headers: { "content-type": "application/vnd.github.raw+json; charset=utf-8" } };
}
