import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { batchParser, MAX_BYTES } from "../../src/history/cat-file.ts";
import { openRepository } from "../../src/history/repository.ts";
import { aFolder, aRepository, gitTestEnvironment } from "../support/repository.ts";

const open = (folder: string) => openRepository(folder, gitTestEnvironment(folder));
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

test("the files of a commit come from the commit, regardless of the work tree and the index", async () => {
  const repository = aRepository();
  repository.write("flags/b.yaml", "name: b\n");
  repository.write("flags/a/deep.yaml", "name: deep\r\n");
  repository.write("flagship/no.yaml", "name: no\n");
  repository.write(".gitattributes", "*.yaml text eol=crlf ident\n");
  const commit = repository.commit("first");
  repository.write("flags/b.yaml", "name: staged\n");
  repository.git("add", "--all");
  repository.write("flags/b.yaml", "name: unstaged\n");
  repository.write("flags/new.yaml", "name: new\n");

  const files = await (await open(repository.folder)).readFiles(commit, "flags");
  expect(files.map(({ path, kind, bytes }) => [path, kind, text(bytes)])).toEqual([
    ["flags/a/deep.yaml", "file", "name: deep\n"],
    ["flags/b.yaml", "file", "name: b\n"],
  ]);
});

test("bytes are unchanged, including line endings, zero bytes and an empty file", async () => {
  const repository = aRepository();
  const contents: Record<string, Uint8Array> = {
    "flags/bytes.yaml": Uint8Array.from({ length: 1024 }, (_, n) => n % 256),
    "flags/crlf.yaml": Buffer.from("a: 1\r\n\r\n"),
    "flags/empty.yaml": new Uint8Array(0),
    "flags/header.yaml": Buffer.from(`${"0".repeat(40)} blob 3\nabc\n`),
  };
  for (const [path, bytes] of Object.entries(contents)) repository.write(path, bytes);
  repository.commit("first");
  const files = await (await open(repository.folder)).readFiles("HEAD", "flags");
  expect(Object.fromEntries(files.map(({ path, bytes }) => [path, Buffer.from(bytes)]))).toEqual(
    Object.fromEntries(Object.entries(contents).map(([path, bytes]) => [path, Buffer.from(bytes)])),
  );
});

test("in a subfolder of the repository, paths start at the opened folder", async () => {
  const repository = aRepository();
  repository.write("apps/größe [x]*/flags/a.yaml", "name: inner\n");
  repository.write("flags/a.yaml", "name: outer\n");
  repository.commit("first");
  const files = await (await open(join(repository.folder, "apps/größe [x]*"))).readFiles("HEAD", "flags");
  expect(files.map(({ path, bytes }) => [path, text(bytes)])).toEqual([["flags/a.yaml", "name: inner\n"]]);
});

test("links and submodules are listed, but neither followed nor read", async () => {
  const repository = aRepository();
  const other = aRepository();
  other.write("x.yaml", "name: x\n");
  other.commit("other");
  repository.write("outside.yaml", "name: outside\n");
  repository.write("flags/real.yaml", "name: real\n");
  repository.link("flags/link.yaml", "../outside.yaml");
  repository.link("flags/folder", "/etc");
  repository.git("submodule", "--quiet", "add", other.folder, "flags/sub");
  repository.commit("first");
  const files = await (await open(repository.folder)).readFiles("HEAD", "flags");
  expect(files.map(({ path, kind, bytes }) => [path, kind, bytes.length])).toEqual([
    ["flags/folder", "symlink", 0],
    ["flags/link.yaml", "symlink", 0],
    ["flags/real.yaml", "file", 11],
    ["flags/sub", "submodule", 0],
  ]);
});

test("flags/ as a link is listed as a link and not followed", async () => {
  const repository = aRepository();
  repository.write("elsewhere/a.yaml", "name: a\n");
  repository.link("flags", "elsewhere");
  repository.commit("first");
  const files = await (await open(repository.folder)).readFiles("HEAD", "flags");
  expect(files.map(({ path, kind }) => [path, kind])).toEqual([["flags", "symlink"]]);
});

test("a commit without the folder has no files", async () => {
  const repository = aRepository();
  repository.commit("first", { allowEmpty: true });
  expect(await (await open(repository.folder)).readFiles("HEAD", "flags")).toEqual([]);
});

test("names with non-ASCII characters, spaces, quotes or line feeds are unchanged", async () => {
  const repository = aRepository();
  const names = [
    "größe.yaml",
    "旗.yaml",
    'a "b" c.yaml',
    "tab\there.yaml",
    "line\nfeed.yaml",
    "-dash.yaml",
    "emoji 🎌.yaml",
  ];
  for (const name of names) repository.write(`flags/${name}`, name);
  repository.commit("first");
  const files = await (await open(repository.folder)).readFiles("HEAD", "flags");
  expect(files.map(({ path }) => path).sort()).toEqual(names.map((name) => `flags/${name}`).sort());
  for (const { path, bytes } of files) expect(`flags/${text(bytes)}`).toBe(path);
});

test("a renamed file is read under the name that the commit gives it", async () => {
  const repository = aRepository();
  repository.write("flags/old.yaml", "name: flag\n");
  const before = repository.commit("first");
  repository.git("mv", "flags/old.yaml", "flags/moved.yaml");
  const after = repository.commit("second");
  const opened = await open(repository.folder);
  const paths = async (commit: string) => (await opened.readFiles(commit, "flags")).map(({ path }) => path);
  expect(await paths(before)).toEqual(["flags/old.yaml"]);
  expect(await paths(after)).toEqual(["flags/moved.yaml"]);
});

test("only the beginning of a huge file is kept, and the next file is complete", async () => {
  const repository = aRepository();
  repository.write("flags/a-huge.yaml", Buffer.alloc(MAX_BYTES + 500_000, "x"));
  repository.write("flags/b-small.yaml", "name: small\n");
  repository.commit("first");
  const [huge, small] = await (await open(repository.folder)).readFiles("HEAD", "flags");
  expect(huge?.bytes.length).toBe(MAX_BYTES);
  expect(text(small?.bytes)).toBe("name: small\n");
});

test("ten thousand files are read completely, each under its own name", async () => {
  const repository = aRepository();
  const count = 10_000;
  const changes = Array.from({ length: count }, (_, n) => {
    const content = `name: flag ${n}\n`;
    return `M 100644 inline flags/group-${n % 20}/flag-${n}.yaml\ndata ${content.length}\n${content}`;
  });
  repository.import(
    `commit refs/heads/main\ncommitter Dana <dana@acme.dev> 1767258000 +0000\ndata 4\nmany\n${changes.join("\n")}\n`,
  );
  const files = await (await open(repository.folder)).readFiles("HEAD", "flags");
  expect(files.length).toBe(count);
  const wrong = files.filter(({ path, bytes }) => `name: flag ${/flag-(\d+)/.exec(path)?.[1]}\n` !== text(bytes));
  expect(wrong).toEqual([]);
});

test("a damaged object is an error, never an empty file", async () => {
  const repository = aRepository();
  repository.write("flags/a.yaml", "name: a\n");
  repository.commit("first");
  const id = repository.git("rev-parse", "HEAD:flags/a.yaml");
  repository.remove(`.git/objects/${id.slice(0, 2)}/${id.slice(2)}`);
  await expect((await open(repository.folder)).readFiles("HEAD", "flags")).rejects.toMatchObject({
    code: "GIT_FAILED",
    message: expect.stringContaining(id),
  });
});

test("git's output is parsed correctly for every division into chunks", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 60 }),
      (blobs, cuts) => {
        const id = "a".repeat(40);
        const stream = Buffer.concat(
          blobs.flatMap((blob) => [Buffer.from(`${id} blob ${blob.length}\n`), blob, Buffer.from("\n")]),
        );
        const seen: Uint8Array[] = [];
        const parse = batchParser((bytes) => seen.push(bytes));
        for (let at = 0, n = 0; at < stream.length; n += 1) {
          const size = cuts[n % cuts.length] ?? 1;
          parse(stream.subarray(at, at + size));
          at += size;
        }
        expect(seen.map((bytes) => [...bytes])).toEqual(blobs.map((blob) => [...blob]));
      },
    ),
  );
});

test("a folder of another repository is not confused with this one", async () => {
  const outer = aRepository();
  outer.write("flags/outer.yaml", "name: outer\n");
  outer.commit("outer");
  const inner = aRepository();
  inner.write("flags/inner.yaml", "name: inner\n");
  inner.commit("inner");
  const environment = {
    ...gitTestEnvironment(aFolder()),
    GIT_DIR: join(outer.folder, ".git"),
    GIT_WORK_TREE: outer.folder,
  };
  const files = await (await openRepository(inner.folder, environment)).readFiles("HEAD", "flags");
  expect(files.map(({ path }) => path)).toEqual(["flags/inner.yaml"]);
});
