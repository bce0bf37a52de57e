import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { isJsonObject } from "../../core/json.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import type { ParsedFile } from "../load/parsed-file.ts";
import { kindOfPath, soundFile } from "../load/sound-file.ts";
import { parseFile } from "../load/yaml-profile.ts";
import { CHUNK, type ParsedChunk, type ParseWork } from "./parse-work.ts";

/** Below it, a thread has hardly begun when everything is parsed. */
const FEWEST_FILES = 1_000;
/** More than a tree of flags ever has; what the threads read is a copy of it. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_THREADS = 3;

/**
 * Parses many files on all processors at once: other threads take files from the same queue as this one. Total: what
 * a thread does not bring, because it could not start or died, is parsed here; so is every file with a fault, so that what is
 * said of it never hangs on the thread that met it.
 *
 * @param threads  besides this one
 * @param script   what they run
 * @returns        how each of these files is parsed; others too, only not ahead
 */
export async function parseAhead(
  files: readonly SourceFile[],
  threads = spareThreads(files.length),
  script = new URL(import.meta.url.endsWith(".ts") ? "./parse-worker.ts" : "./parse-worker.js", import.meta.url),
): Promise<(file: SourceFile) => ParsedFile> {
  const plain = files.filter(({ kind, path }) => kind === "file" && path.endsWith(".yaml"));
  const parsed = new Map<SourceFile, ParsedFile>();
  const parse = (file: SourceFile): ParsedFile => parsed.get(file) ?? parseFile(file);
  const size = plain.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (threads === 0 || size > MOST_BYTES) return parse;
  const work = workOf(plain, size, threads);
  const running = Array.from({ length: threads }, (_, number) => {
    return startThread(script, { ...work, number }, ({ chunk, text }) => {
      const documents: unknown = JSON.parse(text);
      if (!Array.isArray(documents)) return;
      for (const [n, file] of plain.slice(chunk * CHUNK, (chunk + 1) * CHUNK).entries()) {
        const json: unknown = documents[n];
        if (isJsonObject(json)) parsed.set(file, soundFile(file, kindOfPath(file.path), json));
      }
    });
  });
  for (;;) {
    const first = Atomics.add(work.next, 0, 1) * CHUNK;
    if (first >= plain.length) break;
    for (const file of plain.slice(first, first + CHUNK)) parsed.set(file, parseFile(file));
  }
  for (const [number, { end, stop }] of running.entries()) {
    if (Atomics.load(work.begun, number) === 1) await end;
    // All is taken: a thread that has not begun by now never will.
    else stop();
  }
  return parse;
}

function spareThreads(files: number): number {
  return files < FEWEST_FILES ? 0 : Math.min(availableParallelism() - 1, MOST_THREADS);
}

function workOf(files: readonly SourceFile[], size: number, threads: number): Omit<ParseWork, "number"> {
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  const ends = new Uint32Array(new SharedArrayBuffer(4 * files.length));
  let end = 0;
  for (const [index, file] of files.entries()) {
    bytes.set(file.bytes, end);
    end += file.bytes.length;
    ends[index] = end;
  }
  const paths = files.map(({ path }) => path);
  const next = new Int32Array(new SharedArrayBuffer(4));
  return { bytes, ends, paths, next, begun: new Int32Array(new SharedArrayBuffer(4 * threads)) };
}

/** `end` waits for its last word, whatever that is; nothing about a thread is ever an error. */
function startThread(
  script: URL,
  work: ParseWork,
  onChunk: (chunk: ParsedChunk) => void,
): { readonly end: Promise<void>; readonly stop: () => void } {
  try {
    // Its own warnings would only repeat ours; what this process was started with (--import, --inspect) is not meant for it.
    const worker = new Worker(script, { workerData: work, execArgv: [], stdout: true, stderr: true });
    const end = new Promise<void>((resolve) => {
      worker.on("message", (message: ParsedChunk | "done") => (message === "done" ? resolve() : onChunk(message)));
      worker.on("error", () => resolve());
      worker.on("exit", () => resolve());
    });
    return { end, stop: () => void worker.terminate() };
  } catch {
    return { end: Promise.resolve(), stop: () => {} };
  }
}
