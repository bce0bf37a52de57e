import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import type { SourceFile } from "../../../src/core/flag/source-file.ts";
import { runInlineTests } from "../../../src/source/check/inline-tests.ts";
import { loadFlags, type LoadedFlags } from "../../../src/source/load/load.ts";
import { shapeFaults } from "../../../src/source/shape/shape.ts";
import { kindOfPath } from "../../../src/source/load/sound-file.ts";
import { mapJson } from "../../../src/source/load/tree.ts";
import { readWorkTree } from "../../../src/source/load/work-tree.ts";
import { parseFile } from "../../../src/source/load/yaml-profile.ts";
import { parseAhead } from "../../../src/source/read/parse-ahead.ts";
import type { ParsedChunk, ParseWork } from "../../../src/source/read/parse-work.ts";
import { sourceFile } from "../check-all.ts";
import { parseFixture } from "../fixture.ts";
import { CONFIG, flagText } from "../../support/flag-tree.ts";

const BAD = new URL("../../fixtures/bad/", import.meta.url);

/** Everything that a load says, places in files included. */
function said(loaded: LoadedFlags) {
  const { configFile, flags, flagFor: _, flagsFor, ...rest } = loaded;
  const environments = [null, ...(loaded.config?.environments.map(({ name }) => name) ?? [])];
  return {
    ...rest,
    config: configFile && { text: configFile.text, tree: configFile.tree },
    flags: flags.map(({ parsed, ...flag }) => ({ ...flag, text: parsed.text, tree: parsed.tree })),
    served: environments.map((environment) => [...flagsFor(environment)]),
    tests: runInlineTests(loaded),
  };
}

async function saidAhead(files: readonly SourceFile[], ...options: [threads?: number, script?: URL]) {
  return said(loadFlags(files, { parse: await parseAhead(files, ...options), today: "2027-01-01" }));
}

/** The files of all bad trees beside sound ones, so that every kind of fault stands in it. */
async function aMixedTree(): Promise<readonly SourceFile[]> {
  const own = await readWorkTree(new URL("../../../", import.meta.url).pathname);
  const bad = readdirSync(BAD)
    .sort()
    .flatMap((name, tree) =>
      parseFixture(readFileSync(new URL(name, BAD), "utf8")).files.map((file) => ({
        ...file,
        // Each under a key of its own, or most of them would be no more than a flag that is there already.
        path: file.path.replace(/^flags\/(?!_)(.*?)(\.ya?ml)?$/, `flags/tree-${tree}/$1_${tree}$2`),
      })),
    );
  const sound = Array.from({ length: 400 }, (_, n) =>
    sourceFile(`flags/sound/sound_${n}.yaml`, flagText({ lines: `rollout: ${n % 100}%` })),
  );
  return [...new Map([...sound, ...bad, ...own].map((file) => [file.path, file])).values()];
}

const SOUND: readonly SourceFile[] = [
  sourceFile("flags/_config.yaml", CONFIG),
  ...Array.from({ length: 300 }, (_, n) => sourceFile(`flags/flag_${n}.yaml`, flagText({ lines: `rollout: ${n}%` }))),
];

/** What one thread says of these files when it is the only one. */
async function answersOf(files: readonly SourceFile[]): Promise<readonly unknown[]> {
  const shared = (bytes: number) => new SharedArrayBuffer(bytes);
  const ends = new Uint32Array(shared(4 * files.length));
  let size = 0;
  for (const [n, { bytes }] of files.entries()) ends[n] = size += bytes.length;
  const bytes = new Uint8Array(shared(size));
  for (const [n, file] of files.entries()) bytes.set(file.bytes, ends[n - 1] ?? 0);
  const paths = files.map(({ path }) => path);
  const [next, begun] = [new Int32Array(shared(4)), new Int32Array(shared(4))];
  const worker = new Worker(new URL("../../../src/source/read/parse-worker.ts", import.meta.url), {
    workerData: { bytes, ends, paths, next, begun, number: 0 } satisfies ParseWork,
    execArgv: [],
  });
  const chunks: (readonly unknown[])[] = [];
  worker.on("message", (message: ParsedChunk | "done") => {
    if (message !== "done") chunks[message.chunk] = JSON.parse(message.text) as unknown[];
  });
  await once(worker, "exit");
  return chunks.flat();
}

/** What a thread may run instead: the text itself is the address. */
function aScript(text: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

test("more threads find the same flags and the same faults at the same places", async () => {
  const files = await aMixedTree();
  const alone = said(loadFlags(files, { today: "2027-01-01" }));
  expect(new Set(alone.diagnostics.map(({ code }) => code)).size).toBeGreaterThan(50);
  for (const threads of [0, 1, 3]) expect(await saidAhead(files, threads)).toEqual(alone);
});

test("configuration and segments with faults are told alike, whichever thread met them", async () => {
  for (const name of readdirSync(BAD).filter((each) => /config|segment|environment/.test(each))) {
    const { files } = parseFixture(readFileSync(new URL(name, BAD), "utf8"));
    expect(await saidAhead(files, 1), name).toEqual(said(loadFlags(files, { today: "2027-01-01" })));
  }
});

test("a thread answers with the documents of the files that have no fault, and only of those", async () => {
  const files = (await aMixedTree()).filter(({ kind, path }) => kind === "file" && path.endsWith(".yaml"));
  const answers = await answersOf(files);
  expect(answers).toHaveLength(files.length);
  for (const [n, file] of files.entries()) {
    const { tree, problems } = parseFile(file);
    const json = tree?.kind === "map" && problems.length === 0 ? mapJson(tree) : null;
    const isSound = json !== null && shapeFaults(kindOfPath(file.path), json).length === 0;
    expect(answers[n], file.path).toEqual(isSound ? json : null);
  }
});

describe("a thread that", () => {
  test.each([
    ["cannot be found", new URL("../../sync/no-such-file.mjs", import.meta.url)],
    ["fails at once", aScript("throw new Error('no')")],
    ["ends without a word", aScript("")],
    ["ends the thread", aScript("process.exit(3)")],
    ["never begins", aScript("setInterval(() => {}, 1_000)")],
    [
      "takes a chunk and dies",
      aScript(`import { workerData } from "node:worker_threads";
        Atomics.add(workerData.next, 0, 1); Atomics.store(workerData.begun, workerData.number, 1); throw new Error("no")`),
    ],
    [
      "answers half",
      aScript(`import { parentPort } from "node:worker_threads";
        parentPort.postMessage({ chunk: 0, text: '[null, 5]' }); parentPort.postMessage("done")`),
    ],
  ])("%s leaves it all to this one", async (_, script) => {
    const alone = said(loadFlags(SOUND, { today: "2027-01-01" }));
    expect(await saidAhead(SOUND, 2, script)).toEqual(alone);
  });
});
