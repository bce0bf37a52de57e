import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";

/** The object that a name denotes: a ref, an id, `ref:path`, `id^{tree}` … */
export interface GitObject {
  readonly sha: string;
  readonly type: "commit" | "tree" | "blob" | "tag";
  /** In bytes. */
  readonly size: number;
}

/** Looks up objects in one long-running git process, because starting one per query is slow. */
export interface Objects {
  info(name: string): Promise<GitObject | null>;
  contents(name: string): Promise<Buffer | null>;
  close(): void;
}

export function gitObjects(folder: string, env: Readonly<Record<string, string>>): Objects {
  let git: ChildProcessWithoutNullStreams | undefined;
  let unread = Buffer.alloc(0);
  let wake: () => void = () => {};
  let turn: Promise<unknown> = Promise.resolve();

  function start(): ChildProcessWithoutNullStreams {
    const child = spawn("git", ["cat-file", "--batch-command"], { cwd: folder, env });
    child.stdout.on("data", (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      wake();
    });
    child.once("exit", () => wake());
    child.stdin.on("error", () => {});
    return child;
  }

  /** Reads the given number of bytes; undefined if the process has ended. */
  async function take(bytes: () => number | undefined, child: ChildProcessWithoutNullStreams): Promise<Buffer> {
    for (;;) {
      const size = bytes();
      if (size !== undefined && unread.length >= size) {
        const taken = unread.subarray(0, size);
        unread = unread.subarray(size);
        return taken;
      }
      if (child.exitCode !== null || child.signalCode !== null) throw new Error("git cat-file has ended");
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  async function ask(command: "info" | "contents", name: string): Promise<{ object: GitObject; bytes: Buffer } | null> {
    // A line feed would be another command.
    if (name === "" || name.includes("\n")) return null;
    const child = (git ??= start());
    child.stdin.write(`${command} ${name}\n`);
    const lineEnd = (): number | undefined => (unread.includes(10) ? unread.indexOf(10) + 1 : undefined);
    const line = (await take(lineEnd, child)).toString("utf8").trimEnd();
    const [, sha = "", type = "", size = ""] = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)$/.exec(line) ?? [];
    if (sha === "") return null;
    const object: GitObject = { sha, type: type as GitObject["type"], size: Number(size) };
    if (command === "info") return { object, bytes: Buffer.alloc(0) };
    const bytes = await take(() => object.size + 1, child);
    return { object, bytes: bytes.subarray(0, object.size) };
  }

  /** Runs one query at a time, because answers arrive in the order of the queries. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  }

  return {
    info: (name) => inTurn(() => ask("info", name)).then((found) => found?.object ?? null),
    contents: (name) => inTurn(() => ask("contents", name)).then((found) => found?.bytes ?? null),
    close: () => void git?.stdin.end(),
  };
}
