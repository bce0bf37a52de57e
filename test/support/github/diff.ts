import { repoPage, repoUrl, type Call } from "./call.ts";
import type { BareGit } from "./git.ts";

/** One changed file of a diff. */
export interface FileDiff {
  readonly path: string;
  /** The path before a rename. */
  readonly from: string | null;
  readonly status: "added" | "removed" | "modified" | "renamed" | "changed";
  /** The blob id after the change; for a removed file, before it. */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  /** The patch from the first `@@` on; null for a binary file, or if only the name or mode changed. */
  readonly patch: string | null;
}

const STATUSES: Readonly<Record<string, FileDiff["status"]>> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  T: "changed",
};

/** Returns the changed files between two commit ids, as git reports them. */
export async function diffFiles(git: BareGit, from: string, to: string): Promise<readonly FileDiff[]> {
  const options = ["-M", "--no-color", "--no-ext-diff", "--no-textconv", from, to, "--"];
  const [raw, text] = await Promise.all([
    git.fixed(["diff", "--raw", "-z", "--abbrev=40", ...options]),
    git.fixed(["diff", "--full-index", ...options]),
  ]);
  // No line of a file begins so: each has a blank, a plus or a minus in front.
  const patches = `\n${text ?? ""}`.split("\ndiff --git ").slice(1);
  return rawEntries(raw ?? "").map(({ status, sha, from, path }, index) => {
    const lines = (patches[index] ?? "").split("\n");
    const first = lines.findIndex((line) => line.startsWith("@@ "));
    const hunks = first === -1 ? [] : lines.slice(first);
    const counted = (sign: string): number => hunks.filter((line) => line.startsWith(sign)).length;
    const patch = hunks.length === 0 ? null : hunks.join("\n");
    return { path, from, status, sha, additions: counted("+"), deletions: counted("-"), patch };
  });
}

interface RawEntry {
  readonly status: FileDiff["status"];
  readonly sha: string;
  readonly from: string | null;
  readonly path: string;
}

/** `:100644 100644 SHA SHA R100\0from\0to\0` … */
function rawEntries(raw: string): readonly RawEntry[] {
  const fields = raw.split("\0");
  const entries: RawEntry[] = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const [, , before = "", after = "", letter = ""] = (fields[at] ?? "").split(" ");
    const status = STATUSES[letter[0] ?? ""] ?? "changed";
    const first = fields[at + 1] ?? "";
    const sha = status === "removed" ? before : after;
    if (status === "renamed") entries.push({ status, sha, from: first, path: fields[at + 2] ?? "" });
    else entries.push({ status, sha, from: null, path: first });
    at += status === "renamed" ? 3 : 2;
  }
  return entries;
}

export function fileDiffJson(call: Call, file: FileDiff, at: string): Readonly<Record<string, unknown>> {
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${repoPage(call)}/blob/${at}/${path}`,
    raw_url: `${repoPage(call)}/raw/${at}/${path}`,
    contents_url: `${repoUrl(call)}/contents/${path}?ref=${at}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.from === null ? {} : { previous_filename: file.from }),
  };
}
