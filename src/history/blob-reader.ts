import { batchParser } from "./cat-file.ts";
import type { Git } from "./git.ts";

/** Contents by id, one after the other, from one git process. */
export interface BlobReader {
  /** At most the first MiB. @throws FlagError GIT_FAILED when it is missing or damaged; every later call too */
  read(id: string): Promise<Uint8Array>;
  /** Ends the process. */
  close(): Promise<void>;
}

interface Question {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (cause: unknown) => void;
}

/** The process is started by the first question. */
export function openBlobs(git: Git): BlobReader {
  const questions: Question[] = [];
  const input = channel();
  let answering: Promise<void> | null = null;
  let failure: unknown;

  async function answer(): Promise<void> {
    const parser = batchParser((bytes) => questions.shift()?.resolve(bytes));
    try {
      for await (const chunk of git.stream(["cat-file", "--batch"], input.texts)) parser(chunk);
      failure = new Error("the process that reads git's objects has ended");
    } catch (cause) {
      failure = cause;
    }
    for (const { reject } of questions.splice(0)) reject(failure);
  }

  return {
    read: (id) => {
      if (failure !== undefined) return Promise.reject(asError(failure));
      answering ??= answer();
      return new Promise((resolve, reject) => {
        questions.push({ resolve, reject });
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

/** Texts that are sent now and read when somebody gets to it. */
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
