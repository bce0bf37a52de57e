import { createHash } from "node:crypto";

/**
 * The id that git gives a content, as it is stored.
 *
 * @param commit  a full id of the same repository, which tells how it counts: with SHA-1 or SHA-256
 */
export function blobId(bytes: Uint8Array, commit: string): string {
  const hash = createHash(commit.length === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
