import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MAX_FILE_BYTES } from "../../../src/source/load/source-text.ts";
import { readWorkTree } from "../../../src/source/read/work-tree.ts";
import { checkAll } from "../check-all.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flags-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

test("the files under flags/ are returned in path order, with forward slashes and their bytes", async () => {
  await write("flags/b/two.yaml", "b");
  await write("flags/one.yaml", "a");
  await write("elsewhere/three.yaml", "c");
  const files = await readWorkTree(folder);
  expect(files.map(({ path, kind, bytes }) => [path, kind, new TextDecoder().decode(bytes)])).toEqual([
    ["flags/b/two.yaml", "file", "b"],
    ["flags/one.yaml", "file", "a"],
  ]);
});

test("a folder without flags/ has no files", async () => {
  expect(await readWorkTree(folder)).toEqual([]);
});

test("links to files and folders are reported and never followed, so that nothing outside is read", async () => {
  await write("secret/key.yaml", "password: hunter2");
  await mkdir(join(folder, "flags"));
  await symlink(join(folder, "secret/key.yaml"), join(folder, "flags/file.yaml"));
  await symlink(join(folder, "secret"), join(folder, "flags/folder"));
  await symlink("nowhere", join(folder, "flags/broken.yaml"));
  const files = await readWorkTree(folder);
  expect(files.map(({ path, kind, bytes }) => [path, kind, bytes.length])).toEqual([
    ["flags/broken.yaml", "symlink", 0],
    ["flags/file.yaml", "symlink", 0],
    ["flags/folder", "symlink", 0],
  ]);
  const found = checkAll(files);
  expect(found.filter(({ code }) => code === "not-a-file")).toHaveLength(3);
  expect(JSON.stringify(found)).not.toContain("hunter2");
});

test("flags/ itself as a link is refused", async () => {
  await write("secret/key.yaml", "password: hunter2");
  await symlink(join(folder, "secret"), join(folder, "flags"));
  expect(checkAll(await readWorkTree(folder)).map(({ code, file }) => [code, file])).toContainEqual([
    "not-a-file",
    "flags",
  ]);
});

test("a repository inside flags/ is refused as a submodule", async () => {
  await write("flags/shared/.git", "gitdir: ../../.git/modules/shared");
  await write("flags/shared/one.yaml", "a: 1");
  expect((await readWorkTree(folder)).map(({ path, kind }) => [path, kind])).toEqual([["flags/shared", "submodule"]]);
});

test("only the beginning of a file that is too large is read", async () => {
  await write("flags/large.yaml", "#".repeat(MAX_FILE_BYTES * 3));
  const files = await readWorkTree(folder);
  expect(files[0]?.bytes.length).toBe(MAX_FILE_BYTES + 1);
  expect(checkAll(files).map(({ code }) => code)).toContain("too-large");
});

test("files that are not YAML are listed, not read", async () => {
  await write("flags/README.md", "x".repeat(100));
  expect((await readWorkTree(folder)).map(({ bytes }) => bytes.length)).toEqual([0]);
});
