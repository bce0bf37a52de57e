import type { FileState, Values } from "./merge-model.ts";
import { CONFIG, flagText } from "./flag-tree.ts";
import type { Random } from "./random.ts";
import { aRepository, type Person, type TestRepository } from "./repository.ts";

/** The flags that commits and people change. Another one always has a file, so that `flags/` is never empty. */
export const KEYS: readonly string[] = ["alpha", "bravo", "charlie", "delta"];
const ANCHOR: FileState = { path: "flags/anchor.yaml", enabled: true, share: 50, description: "Anchor." };
const FOLDERS = ["flags/", "flags/shop/", "flags/workshop/"];
const PEOPLE: readonly Person[] = ["dana", "lee", "sam"].map((name) => ({ name, email: `${name}@acme.dev` }));

/** One commit: its author and the files after it. */
export interface Step {
  readonly sha: string;
  readonly by: Person;
  readonly subject: string;
  readonly files: ReadonlyMap<string, FileState>;
  /** The flags whose file the commit added, changed, moved or removed. */
  readonly touched: ReadonlySet<string>;
}

/** Returns one of the items. */
export function oneOf<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[Math.floor(random.next() * items.length)];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}

/** Returns random values of a flag. */
export function someValues(random: Random): Values {
  return {
    enabled: random.next() < 0.6,
    share: oneOf(random, [10, 20, 30]),
    description: oneOf(random, ["One.", "Two.", "Three."]),
  };
}

/** Creates a repository with a random linear history, in one git process. The first commit has a file for every flag. */
export function aHistory(
  random: Random,
  count: number,
): { readonly repository: TestRepository; readonly steps: readonly Step[] } {
  const repository = aRepository();
  const steps: Omit<Step, "sha">[] = [];
  const stream: string[] = [];
  let files = new Map<string, FileState>();
  for (let number = 1; number <= count; number++) {
    const before = files;
    files = number === 1 ? firstFiles(random) : changedFiles(random, before);
    const touched = new Set(
      [...KEYS, "anchor"].filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(files.get(key))),
    );
    const step = { by: oneOf(random, PEOPLE), subject: `Change ${number} (#${number})`, files, touched };
    steps.push(step);
    stream.push(commitText(step, before, number));
  }
  repository.import(stream.join(""));
  repository.git("reset", "--quiet", "--hard", "main");
  const shas = repository.git("rev-list", "--reverse", "main").split("\n");
  return { repository, steps: steps.map((step, index) => ({ ...step, sha: shas[index] ?? "" })) };
}

function firstFiles(random: Random): Map<string, FileState> {
  const files = KEYS.map((key) => [key, { path: `flags/${key}.yaml`, ...someValues(random) }] as const);
  return new Map([...files, ["anchor", ANCHOR]]);
}

/** Changes one flag, sometimes two. */
function changedFiles(random: Random, before: ReadonlyMap<string, FileState>): Map<string, FileState> {
  const files = new Map(before);
  for (let times = random.next() < 0.3 ? 2 : 1; times > 0; times--) {
    const key = oneOf(random, KEYS);
    const [file, dice] = [files.get(key), random.next()];
    if (file === undefined) files.set(key, { path: `${oneOf(random, FOLDERS)}${key}.yaml`, ...someValues(random) });
    else if (dice < 0.2) files.delete(key);
    else if (dice < 0.35) files.set(key, { ...file, path: `${oneOf(random, FOLDERS)}${key}.yaml` });
    else if (dice < 0.65) files.set(key, { ...file, enabled: !file.enabled });
    else files.set(key, { ...file, ...someValues(random), enabled: file.enabled });
  }
  return files;
}

/** Returns a commit in the format of `git fast-import`. */
function commitText({ by, subject, files }: Omit<Step, "sha">, before: Step["files"], number: number): string {
  const at = `${by.name} <${by.email}> ${1_767_225_600 + number * 60} +0000`;
  const paths = new Set([...files.values()].map(({ path }) => path));
  const removed = [...before.values()].filter(({ path }) => !paths.has(path)).map(({ path }) => `D ${path}\n`);
  const written = [...files.values()].map((file) => fileText(file.path, textOf(file)));
  const config = number === 1 ? [fileText("flags/_config.yaml", CONFIG)] : [];
  const head = [`commit refs/heads/main`, `mark :${number}`, `author ${at}`, `committer ${at}`, dataText(subject)];
  const from = number === 1 ? "" : `from :${number - 1}\n`;
  return `${head.join("\n")}\n${from}${[...removed, ...config, ...written].join("")}\n`;
}

function textOf({ enabled, share, description }: Values): string {
  return flagText({ description, enabled, lines: `rollout: ${share}%` });
}

function fileText(path: string, text: string): string {
  return `M 100644 inline ${path}\n${dataText(text)}\n`;
}

function dataText(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
