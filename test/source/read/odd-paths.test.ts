import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aPipe, aSocket } from "../../files/places.ts";
import { aFlagRepository, flagText } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";

const FLAGS = { checkout_button: flagText() };

/** Validates in both ways and returns what is wrong: in the work tree, and in a commit of it. */
async function problems({ folder, commit }: ReturnType<typeof aFlagRepository>): Promise<readonly [unknown, unknown]> {
  const hoist = hoistIn(folder);
  const found = async (...more: readonly string[]) => {
    const { code, out } = await hoist("validate", "--format", "json", ...more);
    const { diagnostics } = JSON.parse(out) as {
      diagnostics: readonly { file: string; code: string; message: string }[];
    };
    const lines = diagnostics.map((each) => `${each.file} ${each.code}: ${each.message}`);
    expect(code, lines.join("\n")).toBe(lines.length === 0 ? 0 : 3);
    return lines;
  };
  const inWorkTree = await found();
  commit("Odd");
  return [inWorkTree, await found("--commit", "HEAD")];
}

const LINK = "not-a-file: the path is a symbolic link; only regular files are read";

describe("a link below flags/ is refused in the work tree and in a commit", () => {
  test.each([
    "flags/linked.yaml",
    "flags/_segments/staff.yaml",
    "flags/_segments/README.md",
    "flags/_schema/flag.schema.json",
    "flags/_schema",
    "flags/_segments",
    "flags/folder",
    "flags/README.md",
    "flags/.hidden",
    "flags/.hidden.yaml",
    "flags/deep/in/link.txt",
    "flags/_other",
  ])("%s", async (path) => {
    const repository = aFlagRepository(FLAGS);
    repository.link(path, "/etc/hostname");
    expect(await problems(repository)).toEqual([[`${path} ${LINK}`], [`${path} ${LINK}`]]);
  });

  test("flags/_config.yaml and flags itself", async () => {
    const config = aFlagRepository(FLAGS);
    config.remove("flags/_config.yaml");
    config.link("flags/_config.yaml", "elsewhere.yaml");
    expect((await problems(config))[0]).toContainEqual(`flags/_config.yaml ${LINK}`);
    const whole = aFlagRepository(FLAGS);
    whole.git("mv", "flags", "real");
    whole.link("flags", "real");
    expect(await problems(whole)).toEqual([[`flags ${LINK}`], [`flags ${LINK}`]]);
  });
});

test("a submodule is refused, also in place of the schemas", async () => {
  const repository = aFlagRepository(FLAGS);
  const id = repository.git("rev-parse", "HEAD");
  for (const path of ["flags/_schema", "flags/shared"]) {
    repository.git("update-index", "--add", "--cacheinfo", `160000,${id},${path}`);
  }
  repository.git("commit", "--quiet", "--message=Shared");
  const { code, out } = await hoistIn(repository.folder)("validate", "--commit", "HEAD");
  expect(code).toBe(3);
  expect(out).toContain("flags/_schema:1:1  error  not-a-file  the path is a submodule");
  expect(out).toContain("flags/shared:1:1  error  not-a-file  the path is a submodule");
});

test("a pipe and a socket are refused wherever they are, without being opened", async () => {
  const repository = aFlagRepository(FLAGS);
  const paths = ["flags/a.yaml", "flags/_schema/pipe", "flags/_segments/s.yaml", "flags/.dot", "flags/notes.txt"];
  for (const folder of ["flags/_schema", "flags/_segments"]) mkdirSync(join(repository.folder, folder));
  for (const path of paths) aPipe(join(repository.folder, path));
  await aSocket(join(repository.folder, "flags/socket"));
  const { code, out } = await hoistIn(repository.folder)("validate");
  expect(code).toBe(3);
  for (const path of [...paths, "flags/socket"]) {
    expect(out).toContain(`${path}:1:1  error  not-a-file  the path is a pipe, a socket or a device`);
  }
});

describe("a CODEOWNERS that is a link is refused", () => {
  test.each(["CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"])("%s", async (path) => {
    const repository = aFlagRepository(FLAGS);
    repository.write("owners", "* @acme/all\n");
    repository.link(path, "/etc/hostname");
    const refused = "GitHub requests no reviews for it, and it is not followed";
    expect(await problems(repository)).toEqual([
      [`${path} not-a-file: ${path} is a symbolic link; ${refused}`],
      [`${path} not-a-file: ${path} is a symbolic link or a submodule; ${refused}`],
    ]);
  });

  test(".github as a link, seen from a folder below the top", async () => {
    const repository = aFlagRepository(FLAGS);
    repository.write("apps/shop/placeholder", "");
    repository.git("mv", "flags", "apps/shop/flags");
    repository.link(".github", "elsewhere");
    const { code, out } = await hoistIn(join(repository.folder, "apps/shop"))("validate");
    expect(code).toBe(3);
    expect(out).toContain("../../.github:1:1  error  not-a-file  .github is a symbolic link");
  });

  test("a file, or none, is fine, and so is a link elsewhere", async () => {
    const repository = aFlagRepository(FLAGS);
    repository.write(".github/CODEOWNERS", "* @acme/all\n");
    repository.link("docs/README.md", "../README.md");
    expect(await problems(repository)).toEqual([[], []]);
  });
});

test("a file in place of flags/ is named as such", async () => {
  const repository = aFlagRepository(FLAGS);
  repository.git("rm", "-r", "--quiet", "flags");
  writeFileSync(join(repository.folder, "flags"), "a file");
  const { code, out } = await hoistIn(repository.folder)("validate");
  expect({ code, out }).toMatchObject({
    code: 3,
    out: expect.stringContaining("flags is a file; it must be a folder"),
  });
});
