import { PassThrough } from "node:stream";
import { batchParser } from "./cat-file.ts";
import type { Git } from "./git.ts";

/** Reads blobs by id, one after another, with one git process. */
export interface BlobReader {
  /** Returns the content of a blob, at most its first MiB. @throws FlagError GIT_FAILED if it is missing or damaged; every later call then throws too */
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
      failure = cause;
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
