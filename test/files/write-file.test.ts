import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deleteFileSafely, writeFileSafely } from "../../src/files/write-file.ts";
import { aFolder } from "../support/repository.ts";
import { aPipe, aSocket, contentsOf } from "./places.ts";

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

describe("a file", () => {
  test("is created with its folders, by the umask", async () => {
    const root = aFolder();
    await writeFileSafely({ root, path: "a/b/c.txt", content: "one" });
    const byUmask = 0o666 & ~process.umask();
    expect(contentsOf(root)["a/b/c.txt"]).toBe(`${byUmask.toString(8)} one`);
    await writeFileSafely({ root, path: "hook", content: "#!/bin/sh", mode: 0o777 });
    expect(modeOf(join(root, "hook"))).toBe(0o777 & ~process.umask());
  });

  test("keeps its permissions when it is replaced, and no temporary file remains", async () => {
    const root = aFolder();
    const file = join(root, "f");
    writeFileSync(file, "old");
    for (const mode of [0o600, 0o640, 0o755, 0o444]) {
      chmodSync(file, mode);
      await writeFileSafely({ root, path: "f", content: `mode ${mode}` });
      expect(contentsOf(root)).toEqual({ f: `${mode.toString(8)} mode ${mode}` });
    }
  });

  test("gets the permissions of another file if it is to replace that one", async () => {
    const root = aFolder();
    writeFileSync(join(root, "old"), "", { mode: 0o600 });
    await writeFileSafely({ root, path: "new", content: "", like: "old" });
    expect(modeOf(join(root, "new"))).toBe(0o600);
  });

  test("that is private is private whatever was there before", async () => {
    const root = aFolder();
    mkdirSync(join(root, "d"));
    writeFileSync(join(root, "d/s"), "old");
    chmodSync(join(root, "d/s"), 0o666);
    await writeFileSafely({ root, path: "d/s", content: "new", isPrivate: true });
    await writeFileSafely({ root, path: "e/s", content: "new", isPrivate: true });
    expect([modeOf(join(root, "d/s")), modeOf(join(root, "e/s")), modeOf(join(root, "e"))]).toEqual([
      0o600, 0o600, 0o700,
    ]);
  });

  test("with the longest possible name is written", async () => {
    const root = aFolder();
    await writeFileSafely({ root, path: "x".repeat(255), content: "1" });
    expect(readFileSync(join(root, "x".repeat(255)), "utf8")).toBe("1");
  });

  test("is deleted", async () => {
    const root = aFolder();
    writeFileSync(join(root, "f"), "");
    await deleteFileSafely(root, "f");
    expect(contentsOf(root)).toEqual({});
    await expect(deleteFileSafely(root, "f")).rejects.toMatchObject({ code: "FILE_UNUSABLE" });
  });
});

describe("refused, with everything left as it was", () => {
  /** A trusted folder beside one that must stay as it is. */
  function twoFolders() {
    const parent = aFolder();
    const [root, outside] = [join(parent, "root"), join(parent, "outside")];
    mkdirSync(root);
    mkdirSync(outside);
    writeFileSync(join(outside, "victim"), "precious");
    return { parent, root, outside };
  }

  async function expectRefused(path: string, message: RegExp, root: string, parent: string): Promise<void> {
    const before = contentsOf(parent);
    for (const work of [
      () => writeFileSafely({ root, path, content: "evil" }),
      () => writeFileSafely({ root, path, content: "evil", isPrivate: true }),
      () => deleteFileSafely(root, path),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: "FILE_UNUSABLE", message: expect.stringMatching(message) });
    }
    expect(contentsOf(parent)).toEqual(before);
  }

  test("a link, wherever it leads", async () => {
    const { parent, root, outside } = twoFolders();
    symlinkSync("../outside/victim", join(root, "relative"));
    symlinkSync(join(outside, "victim"), join(root, "absolute"));
    symlinkSync("../outside/new", join(root, "dangling"));
    symlinkSync("../outside", join(root, "folder"));
    symlinkSync("loop", join(root, "loop"));
    writeFileSync(join(root, "inside"), "");
    symlinkSync("inside", join(root, "inner"));
    await expectRefused(
      "relative",
      /^relative is a symbolic link to "\.\.\/outside\/victim"; only regular/,
      root,
      parent,
    );
    for (const path of ["absolute", "dangling", "folder", "loop", "inner"]) {
      await expectRefused(path, /is a symbolic link to/, root, parent);
    }
  });

  test("a link in place of a folder above", async () => {
    const { parent, root } = twoFolders();
    symlinkSync("../outside", join(root, "linked"));
    mkdirSync(join(root, "deep"));
    symlinkSync("../../outside", join(root, "deep/linked"));
    const message =
      /^linked is a symbolic link to "..\/outside", so linked\/victim was not written; links are not followed$/;
    await expectRefused("linked/victim", message, root, parent);
    await expectRefused("linked/new", /linked is a symbolic link/, root, parent);
    await expectRefused("linked/new/deeper", /linked is a symbolic link/, root, parent);
    await expectRefused("deep/linked/victim", /deep\/linked is a symbolic link/, root, parent);
  });

  test("a path that leaves the folder", async () => {
    const { parent, root } = twoFolders();
    for (const path of ["../outside/victim", "a/../../outside/victim", "..", ".", ""]) {
      await expectRefused(path, /is not below/, root, parent);
    }
  });

  test("a pipe, a socket, a device and a folder", async () => {
    const root = aFolder();
    aPipe(join(root, "pipe"));
    await aSocket(join(root, "socket"));
    mkdirSync(join(root, "folder"));
    for (const [path, message] of [
      ["pipe", /^pipe is a pipe; only regular files are written$/],
      ["socket", /^socket is a socket;/],
      ["folder", /^folder is a folder;/],
      ["pipe/below", /^pipe is a pipe, so pipe\/below was not written/],
    ] as const) {
      await expect(writeFileSafely({ root, path, content: "" })).rejects.toMatchObject({
        message: expect.stringMatching(message),
      });
    }
    expect(Object.keys(contentsOf(root))).toEqual(["folder", "pipe", "socket"]);
    const before = statSync("/dev/null").ino;
    await expect(writeFileSafely({ root: "/dev", path: "null", content: "" })).rejects.toThrow("null is a device");
    expect(statSync("/dev/null").ino).toBe(before);
  });

  test("a folder that becomes a link while the file is being written", async () => {
    const { root, outside } = twoFolders();
    mkdirSync(join(root, "way"));
    async function* content(): AsyncGenerator<string> {
      yield "evil";
      await rename(join(root, "way"), join(root, "aside"));
      await symlink("../outside", join(root, "way"));
    }
    const file = { root, path: "way/victim", content: content() as unknown as string };
    await expect(writeFileSafely(file)).rejects.toThrow(/^way is a symbolic link/);
    expect(Object.values(contentsOf(outside))).toEqual([expect.stringContaining("precious")]);
  });
});

test("a full disk or a missing permission leaves the old file, no temporary file, and a message that says why", async () => {
  const root = aFolder();
  writeFileSync(join(root, "f"), "old");
  const tooLong = "x".repeat(256);
  await expect(writeFileSafely({ root, path: tooLong, content: "" })).rejects.toMatchObject({
    code: "FILE_UNUSABLE",
    message: expect.stringContaining("its name is too long (ENAMETOOLONG)"),
  });
  expect(contentsOf(root)["f"]).toMatch(/old$/);
  expect(existsSync("/proc/self")).toBe(true);
  await expect(writeFileSafely({ root: "/proc", path: "flaghoist", content: "" })).rejects.toThrow(/cannot be written/);
  expect(Object.keys(contentsOf(root))).toEqual(["f"]);
});
