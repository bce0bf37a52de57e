import { PassThrough } from "node:stream";
import { FlagError } from "../core/errors.ts";
import type { Git } from "./git.ts";
import { partialClone } from "./git-failure.ts";

/** Limits how many bytes of a file are kept, so that no file can fill the memory. Flag files may have at most 256 KB. */
export const MAX_BYTES = 1_048_576;

const LINE_FEED = 0x0a;

/**
 * Reads many blobs with one git process. Returns their contents in the order of the ids.
 *
 * @returns  at most {@link MAX_BYTES} of each blob
 * @throws FlagError GIT_FAILED when an object is missing or damaged
 */
export async function readBlobs(git: Git, ids: readonly string[]): Promise<readonly Uint8Array[]> {
  if (ids.length === 0) return [];
  const blobs: Uint8Array[] = [];
  const parser = batchParser((bytes) => blobs.push(bytes));
  try {
    for await (const chunk of git.stream(["cat-file", "--batch", "--buffer"], `${ids.join("\n")}\n`)) parser(chunk);
  } catch (cause) {
    throw await missingIn(git, cause);
  }
  if (blobs.length !== ids.length) {
    throw new FlagError("GIT_FAILED", `git returned only ${blobs.length} of ${ids.length} files`, {
      hint: "check the repository with: git fsck",
    });
  }
  return blobs;
}

/** Reads blobs by id, one after another, with one git process. */
export interface BlobReader {
  /**
   * Returns the content of a blob, at most its first MiB.
   *
   * @throws FlagError GIT_FAILED if it is missing or damaged; every later call then throws too
   */
  read(id: string): Promise<Uint8Array>;
  /** Ends the git process. */
  close(): Promise<void>;
}

/** Opens a reader. The first read starts the process. */
export function openBlobs(git: Git): BlobReader {
  const pending: PromiseWithResolvers<Uint8Array>[] = [];
  const ids = new PassThrough();
  let answering: Promise<void> | null = null;
  let failure: unknown;

  async function answer(): Promise<void> {
    const parser = batchParser((bytes) => pending.shift()?.resolve(bytes));
    try {
      for await (const chunk of git.stream(["cat-file", "--batch"], ids)) parser(chunk);
      failure = new Error("the process that reads git's objects has ended");
    } catch (cause) {
      failure = await missingIn(git, cause);
    }
    for (const { reject } of pending.splice(0)) reject(failure);
  }

  return {
    read: async (id) => {
      if (failure !== undefined) throw failure;
      answering ??= answer();
      const content = Promise.withResolvers<Uint8Array>();
      pending.push(content);
      ids.write(`${id}\n`);
      return content.promise;
    },
    close: async () => {
      ids.end();
      await answering;
    },
  };
}

/** Returns the error about a partial clone instead of one about a missing object, if the clone is partial. */
async function missingIn(git: Git, cause: unknown): Promise<unknown> {
  if (!(cause instanceof FlagError) || cause.code !== "GIT_FAILED") return cause;
  const promisors = await git.run("config", "--get-regexp", String.raw`^remote\..*\.promisor$`).catch(() => "");
  return promisors.trim() === "" ? cause : partialClone(cause);
}

/** Creates a parser of `<id> blob <size>\n<content>\n`, repeated. Chunks may end at any byte. */
export function batchParser(onBlob: (bytes: Uint8Array) => void): (chunk: Uint8Array) => void {
  let header = "";
  let content: Uint8Array | null = null;
  let filled = 0;
  let left = 0;

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (content === null) {
        const end = chunk.indexOf(LINE_FEED, at);
        header += Buffer.from(chunk.subarray(at, end === -1 ? chunk.length : end)).toString("latin1");
        if (end === -1) return;
        at = end + 1;
        left = sizeIn(header);
        content = new Uint8Array(Math.min(left, MAX_BYTES));
        filled = 0;
        header = "";
        left += 1; // the line feed after the content
        continue;
      }
      const taken = chunk.subarray(at, at + left);
      const kept = taken.subarray(0, content.length - filled);
      content.set(kept, filled);
      filled += kept.length;
      left -= taken.length;
      at += taken.length;
      if (left > 0) return;
      onBlob(content);
      content = null;
    }
  };
}

function sizeIn(header: string): number {
  const size = /^[0-9a-f]+ blob (\d+)$/.exec(header)?.[1];
  if (size !== undefined) return Number(size);
  throw new FlagError("GIT_FAILED", `git cannot read a file: "${header}"`, {
    hint: "check the repository with: git fsck",
  });
}
