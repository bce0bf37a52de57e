import { batchParser } from "./cat-file.ts";
import type { Git } from "./git.ts";

/** Reads contents by id, one after the other, with one git process. */
export interface BlobReader {
  /** Returns at most the first MiB. @throws FlagError GIT_FAILED when it is missing or damaged, then also on every later call */
  read(id: string): Promise<Uint8Array>;
  /** Ends the process. */
  close(): Promise<void>;
}

interface PendingRead {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (cause: unknown) => void;
}

/** Opens a reader. The first read starts the process. */
export function openBlobs(git: Git): BlobReader {
  const pending: PendingRead[] = [];
  const input = channel();
  let answering: Promise<void> | null = null;
  let failure: unknown;

  async function answer(): Promise<void> {
    const parser = batchParser((bytes) => pending.shift()?.resolve(bytes));
    try {
      for await (const chunk of git.stream(["cat-file", "--batch"], input.texts)) parser(chunk);
      failure = new Error("the process that reads git's objects has ended");
    } catch (cause) {
      failure = cause;
    }
    for (const { reject } of pending.splice(0)) reject(failure);
  }

  return {
    read: (id) => {
      if (failure !== undefined) return Promise.reject(asError(failure));
      answering ??= answer();
      return new Promise((resolve, reject) => {
        pending.push({ resolve, reject });
        input.send(`${id}\n`);
      });
    },
    close: async () => {
      input.end();
      await answering;
    },
  };
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

/** Creates a queue of texts that are sent now and read later. */
function channel(): { readonly texts: AsyncIterable<string>; send(text: string): void; end(): void } {
  const sent: string[] = [];
  let isEnded = false;
  let wake = () => {};
  async function* texts(): AsyncGenerator<string, void, undefined> {
    for (;;) {
      const all = sent.splice(0).join("");
      if (all !== "") yield all;
      else if (isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  return {
    texts: texts(),
    send: (text) => {
      sent.push(text);
      wake();
    },
    end: () => {
      isEnded = true;
      wake();
    },
  };
}
