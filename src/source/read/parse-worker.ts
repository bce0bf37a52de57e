import { parentPort, workerData } from "node:worker_threads";
import { draftOf } from "../load/draft.ts";
import { kindOfPath } from "../load/sound-file.ts";
import { parseFile } from "../load/yaml-profile.ts";
import { CHUNK, type ParseWork } from "./parse-work.ts";

// The second thread of parse-ahead.ts. It takes a chunk of files after the other until there is none left, and answers with
// the documents of those in which nothing is wrong. Of the others the main thread says what is wrong, and where.

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only parse-ahead.ts starts this thread
const { bytes, ends, paths, next, begun, number } = workerData as ParseWork;

for (;;) {
  const chunk = Atomics.add(next, 0, 1);
  if (chunk * CHUNK >= paths.length) break;
  Atomics.store(begun, number, 1);
  const documents = paths
    .slice(chunk * CHUNK, (chunk + 1) * CHUNK)
    .map((path, n) => soundDocument(path, chunk * CHUNK + n));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, no window
  parentPort?.postMessage({ chunk, text: JSON.stringify(documents) });
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, no window
parentPort?.postMessage("done");

function soundDocument(path: string, index: number): object | null {
  const kind = kindOfPath(path);
  // A copy: the decoder takes no memory that is shared.
  const file = { path, kind: "file", bytes: bytes.slice(ends[index - 1] ?? 0, ends[index]) } as const;
  const { whole, problems } = draftOf<object>(kind, parseFile(file), path);
  return problems.length === 0 ? (whole ?? null) : null;
}
