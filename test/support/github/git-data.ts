import { created, nodeId, ok, repoUrl, signedIn, type Call, type Handlers } from "./call.ts";
import { gitCommitJson, mailOf, makeCommit, readCommit, type Signature } from "./commits.ts";
import type { BareGit } from "./git.ts";
import { editTree, readItems, writeObject, type TreeItem } from "./object-writer.ts";
import { demandCommits } from "./refs.ts";
import { notFound, unprocessable } from "./refusal.ts";
import type { World } from "./world.ts";

/** The entry at a path of a tree. */
export interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  /** The size of a blob in bytes; null for other entries. */
  readonly size: number | null;
  readonly path: string;
}

/** Returns the entries of a tree, in order. */
export async function readTree(git: BareGit, tree: string): Promise<readonly TreeEntry[]> {
  const items = [...(await readItems(git, tree))];
  return Promise.all(
    items.map(async ([path, { mode, sha }]) => {
      const object = mode === "160000" ? null : await git.info(sha);
      const type = object?.type ?? "commit";
      return { mode: mode.padStart(6, "0"), type, sha, size: object && type === "blob" ? object.size : null, path };
    }),
  );
}

/** Returns all entries of a tree, recursively, folders before their contents. */
async function readWholeTree(git: BareGit, tree: string): Promise<readonly TreeEntry[]> {
  // `MODE TYPE SHA SIZE\tPATH\0` …
  const text = await git.run(["ls-tree", "-r", "-t", "-l", "-z", "--full-tree", tree]);
  const lines = text.split("\0").filter((line) => line !== "");
  return lines.map((line) => {
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
async function writeTree(world: World, base: string | undefined, entries: readonly NewEntry[]): Promise<string> {
  const tree = base === undefined ? null : await world.git.info(`${base}^{tree}`);
  if (base !== undefined && tree === null) throw unprocessable("base_tree is not a valid tree oid");
  const edits = new Map<string, TreeItem | null>();
  for (const entry of entries) edits.set(entry.path ?? "", await itemOf(world.git, entry));
  return editTree(world.git, tree?.sha ?? null, edits).catch(() => {
    // What is not there cannot be taken away.
    throw unprocessable("GitRPC::BadObjectState");
  });
}

async function itemOf(git: BareGit, { path = "", mode = "100644", sha, content }: NewEntry): Promise<TreeItem | null> {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".." || /^\.git$/i.test(part))) {
    throw unprocessable("tree.path contains a malformed path component");
  }
  if (sha === null) return null;
  if (sha === undefined && content === undefined) {
    throw unprocessable("Invalid tree info: must supply either tree.sha or tree.content");
  }
  const object = sha ?? writeObject(git.folder, "blob", Buffer.from(content ?? ""));
  if ((await git.info(object)) === null) throw unprocessable(`tree.sha ${object} is not a valid blob`);
  return { mode, sha: object };
}

/** Returns author and committer: those of the request, else the account. */
export function signatures(call: Call): { readonly author: Signature; readonly committer: Signature } {
  const account = signedIn(call);
  const own: Signature = { name: account.login, email: mailOf(account), date: call.world.now() };
  const author = { ...own, ...(call.body["author"] as Partial<Signature> | undefined) };
  return { author, committer: { ...author, ...(call.body["committer"] as Partial<Signature> | undefined) } };
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
    const sha = makeCommit(world.git, { tree, parents, message, ...signatures(call) });
    return created(gitCommitJson(call, await readCommit(world.git, sha)));
  },
  "git/get-tree": async (call) => {
    await demandCommits(call.world);
    const sha = await treeOf(call.world, String(call.path["tree_sha"]));
    // Any value counts, also `0` and `false`.
    const read = call.query["recursive"] === undefined ? readTree : readWholeTree;
    return ok(await treeJson(call, sha, await read(call.world.git, sha)));
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
    const sha = writeObject(
      call.world.git.folder,
      "blob",
      Buffer.from(content, encoding === "base64" ? "base64" : "utf8"),
    );
    return created({ sha, url: `${repoUrl(call)}/git/blobs/${sha}` });
  },
};

/** Encodes bytes as base64 with a line feed after every 60 characters, as GitHub does. */
export function base64Lines(bytes: Buffer): string {
  return bytes.toString("base64").replace(/.{1,60}/g, "$&\n");
}

/** Returns an answer with a file's bytes, for a request that accepts `raw`. */
export function rawAnswer(bytes: Buffer): { status: number; body: Buffer; headers: Record<string, string> } {
  return { status: 200, body: bytes, headers: { "content-type": "application/vnd.github.raw+json; charset=utf-8" } };
}
