import { ok, repoPage, repoUrl, textIn, type Answer, type Call, type Handlers } from "./call.ts";
import { gitCommitJson, makeCommit, readCommit } from "./commits.ts";
import { base64Lines, rawAnswer, readTree, signatures, type TreeEntry } from "./git-data.ts";
import { editTree, readItems, writeObject } from "./object-writer.ts";
import { PROTECTED } from "./refs.ts";
import { notFound, Refusal, unprocessable } from "./refusal.ts";

/** The size in bytes above which files are returned without their content. */
const LARGEST_CONTENT = 1_000_000;
/** Limits the entries of a directory. */
const LONGEST_DIRECTORY = 1000;

function entryJson(call: Call, ref: string, entry: TreeEntry): Readonly<Record<string, unknown>> {
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const url = `${repoUrl(call)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${repoUrl(call)}/git/${entry.type}s/${entry.sha}`;
  const html = `${repoPage(call)}/${entry.type}/${ref}/${path}`;
  const raw = `https://raw.githubusercontent.com/${call.world.owner}/${call.world.name}/${ref}/${path}`;
  return {
    name: entry.path.split("/").at(-1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url,
    html_url: html,
    git_url: git,
    download_url: entry.type === "blob" ? raw : null,
    type: entry.mode === "120000" ? "symlink" : entry.type === "tree" ? "dir" : "file",
    _links: { self: url, git, html },
  };
}

async function getContent(call: Call): Promise<Answer> {
  const { git } = call.world;
  const ref = call.query["ref"] ?? call.world.defaultBranch;
  const commit = await git.commitOf(ref);
  if (commit === null) throw new Refusal(404, `No commit found for the ref ${ref}`);
  const path = (call.path["path"] ?? "").replace(/\/$/, "");
  const tree = path === "" ? `${commit}^{tree}` : `${commit}:${path}`;
  if ((await git.info(tree))?.type === "tree") {
    const below = path === "" ? "" : `${path}/`;
    const entries = (await readTree(git, tree)).slice(0, LONGEST_DIRECTORY);
    return ok(entries.map((entry) => entryJson(call, ref, { ...entry, path: `${below}${entry.path}` })));
  }
  const found = await entryAt(call, commit, path);
  if (found === undefined) throw notFound();
  const bytes = (await git.contents(found.sha)) ?? Buffer.alloc(0);
  if (call.accept.includes("raw")) return rawAnswer(bytes);
  const entry = entryJson(call, ref, found);
  if (found.mode === "120000") return ok({ ...entry, target: bytes.toString("utf8") });
  const isLarge = bytes.length > LARGEST_CONTENT;
  return ok({ ...entry, content: isLarge ? "" : base64Lines(bytes), encoding: isLarge ? "none" : "base64" });
}

/** Returns the entry at a path. */
async function entryAt({ world }: Call, commit: string, path: string): Promise<TreeEntry | undefined> {
  const object = await world.git.info(`${commit}:${path}`);
  if (object === null) return undefined;
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const items = await readItems(world.git, folder === "" ? `${commit}^{tree}` : `${commit}:${folder}`);
  const mode = items.get(path.slice(path.lastIndexOf("/") + 1))?.mode ?? "100644";
  return { mode: mode.padStart(6, "0"), type: object.type, sha: object.sha, size: object.size, path };
}

/** Creates a commit that writes one file. */
async function putContent(call: Call): Promise<Answer> {
  const { world, body } = call;
  const path = String(call.path["path"]);
  const branch = textIn(call, "branch") ?? world.defaultBranch;
  const tip = await world.git.tipOf(branch);
  if (tip === null) throw new Refusal(404, `Branch ${branch} not found`);
  if (world.protectedBranches.has(branch)) throw new Refusal(409, PROTECTED);
  const existing = await entryAt(call, tip, path);
  const { sha, content, message } = body as { sha?: string; content: string; message: string };
  if (existing !== undefined && sha === undefined) throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
  if (existing !== undefined && sha !== existing.sha) throw new Refusal(409, `${path} does not match ${sha ?? ""}`);
  if (existing === undefined && sha !== undefined) throw new Refusal(409, `${path} does not match ${sha}`);
  const blob = writeObject(world.git.folder, "blob", Buffer.from(content, "base64"));
  const root = (await world.git.info(`${tip}^{tree}`))?.sha ?? null;
  const tree = await editTree(world.git, root, new Map([[path, { mode: existing?.mode ?? "100644", sha: blob }]]));
  const commit = makeCommit(world.git, { tree, parents: [tip], message, ...signatures(call) });
  if ((await world.git.attempt(["update-ref", `refs/heads/${branch}`, commit, tip])) === null) {
    throw new Refusal(409, `is at ${await world.git.tipOf(branch)} but expected ${tip}`);
  }
  const written = await entryAt(call, commit, path);
  return {
    status: existing === undefined ? 201 : 200,
    body: {
      content: written ? entryJson(call, branch, written) : null,
      commit: gitCommitJson(call, await readCommit(world.git, commit)),
    },
  };
}

export const contentHandlers: Handlers = {
  "repos/get-content": getContent,
  "repos/create-or-update-file-contents": putContent,
};
