import type * as FileSystem from "node:fs/promises";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { readBytes, readRegularFile } from "../../src/files/read-file.ts";
import { aFolder } from "../support/repository.ts";
import { aPipe, aSocket } from "./places.ts";

/** Makes every look-up of a path that contains "hung" wait, as on a network share whose server is gone. */
const hung = vi.hoisted(() => ({ count: 0, answer: [] as (() => void)[] }));
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof FileSystem>();
  const stat: typeof real.stat = async (path: unknown, ...more: readonly unknown[]) => {
    if (String(path).includes("hung")) {
      hung.count++;
      await new Promise<void>((resolve) => hung.answer.push(resolve));
    }
    return (real.stat as (...args: readonly unknown[]) => Promise<never>)(path, ...more);
  };
  return { ...real, stat };
});

const LIMITS = { maxBytes: 1000 };

async function textOf(path: string, limits: Parameters<typeof readRegularFile>[1] = LIMITS): Promise<unknown> {
  const found = await readRegularFile(path, limits);
  return found.kind === "read"
    ? Buffer.from(found.bytes).toString()
    : found.kind === "missing"
      ? "missing"
      : found.reason;
}

describe("a regular file", () => {
  test("is read whatever its size below the limit", async () => {
    const file = join(aFolder(), "f");
    for (const length of [0, 1, 999, 1000]) {
      writeFileSync(file, "x".repeat(length));
      expect(await textOf(file)).toBe("x".repeat(length));
    }
    const large = "0123456789".repeat(1_000_000);
    writeFileSync(file, large);
    expect(await textOf(file, { maxBytes: 10_000_000 })).toBe(large);
  });

  test("above the limit is refused, or cut on request", async () => {
    const file = join(aFolder(), "f");
    writeFileSync(file, "x".repeat(1001));
    expect(await textOf(file)).toBe("it has 1001 bytes; at most 1000 are read");
    expect(await readRegularFile(file, { ...LIMITS, isCut: true })).toEqual({
      kind: "read",
      bytes: Buffer.from("x".repeat(1000)),
      size: 1001,
    });
  });

  test("without a size of its own, as in /proc, is read, and its limit holds", async () => {
    expect(await textOf("/proc/self/status", { maxBytes: 100_000 })).toMatch(/^Name:/);
    expect(await textOf("/proc/self/status", { maxBytes: 10 })).toBe("it has 11 bytes; at most 10 are read");
  });

  test("behind links is followed, as in a volume of Kubernetes, unless links are refused", async () => {
    const folder = aFolder();
    mkdirSync(join(folder, "..2026"));
    writeFileSync(join(folder, "..2026", "snapshot"), "mounted");
    symlinkSync("..2026", join(folder, "..data"));
    symlinkSync("..data/snapshot", join(folder, "snapshot"));
    expect(await textOf(join(folder, "snapshot"))).toBe("mounted");
    const refused = await textOf(join(folder, "snapshot"), { ...LIMITS, refusesLink: true });
    expect(refused).toBe("it is a symbolic link, not a regular file");
  });

  test("is refused for a reason of the caller", async () => {
    const file = join(aFolder(), "f");
    writeFileSync(file, "x");
    expect(await textOf(file, { ...LIMITS, problemOf: ({ size }) => `it has the size ${size}` })).toBe(
      "it has the size 1",
    );
  });
});

describe("anything else", () => {
  test("that is missing is missing, also below a file", async () => {
    const folder = aFolder();
    writeFileSync(join(folder, "f"), "");
    expect(await textOf(join(folder, "no"))).toBe("missing");
    expect(await textOf(join(folder, "f", "no"))).toBe("missing");
    expect(await readBytes(join(folder, "no"), LIMITS)).toBeUndefined();
  });

  test("is refused at once: folder, pipe, socket, device, and links to them", async () => {
    const folder = aFolder();
    aPipe(join(folder, "pipe"));
    await aSocket(join(folder, "socket"));
    symlinkSync("pipe", join(folder, "link"));
    symlinkSync("loop", join(folder, "loop"));
    const refused = "not a regular file";
    expect(await textOf(folder)).toBe(`it is a folder, ${refused}`);
    expect(await textOf(join(folder, "pipe"))).toBe(`it is a pipe, ${refused}`);
    expect(await textOf(join(folder, "link"))).toBe(`it is a pipe, ${refused}`);
    expect(await textOf(join(folder, "socket"))).toBe(`it is a socket, ${refused}`);
    expect(await textOf("/dev/zero")).toBe(`it is a device, ${refused}`);
    expect(await textOf(join(folder, "loop"))).toContain("links form a loop (ELOOP)");
    await expect(readBytes("/dev/zero", LIMITS)).rejects.toMatchObject({
      code: "FILE_UNUSABLE",
      message: "/dev/zero cannot be read: it is a device, not a regular file",
    });
  });
});

describe("a path that does not answer", () => {
  test("makes the read fail in time, and is not asked again before it has answered", async () => {
    const file = join(aFolder(), "hung");
    writeFileSync(file, "late");
    const limits = { ...LIMITS, timeoutMs: 20 };
    const asked = hung.count;
    expect(await textOf(file, limits)).toBe("it did not answer within 0.02 s");
    expect(await textOf(file, limits)).toBe("it still does not answer");
    expect(hung.count).toBe(asked + 1);
    for (const answer of hung.answer.splice(0)) answer();
    await vi.waitFor(async () => expect(await textOf(file, limits)).not.toBe("it still does not answer"));
    for (const answer of hung.answer.splice(0)) answer();
  });

  test("ends when the caller ends it, before and during the read", async () => {
    const file = join(aFolder(), "hung-2");
    const closing = new AbortController();
    const reading = textOf(file, { ...LIMITS, signal: closing.signal });
    closing.abort();
    expect(await reading).toBe("the read was ended");
    expect(await textOf(file, { ...LIMITS, signal: closing.signal })).toBe("the read was ended");
    for (const answer of hung.answer.splice(0)) answer();
  });
});
