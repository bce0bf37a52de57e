import fc from "fast-check";
import { expect, test } from "vitest";
import { ownerLines, type OwnedPath } from "../../../../src/cli/github/codeowners/lines.ts";
import { ownerPattern } from "../../../../src/cli/github/codeowners/owners.ts";
import { reviewersOf } from "../../../support/codeowners.ts";

const OTHERWISE = "@acme/platform";

function textOf(files: readonly OwnedPath[]): string {
  return ownerLines(files, "flags", OTHERWISE)
    .map(({ path, owners }) => `${ownerPattern(path)} ${owners}`)
    .join("\n");
}

const owned = (entries: Readonly<Record<string, string>>): readonly OwnedPath[] =>
  Object.entries(entries).map(([path, owners]) => ({ path: `flags/${path}`, owners }));

const part = fc.stringMatching(/^[a-c *?!\\.é-]{1,4}$/).filter((name) => name !== "." && name !== "..");
const tree = fc
  .uniqueArray(fc.tuple(fc.array(part, { maxLength: 3 }), fc.constantFrom("@a", "@b", "@c @d", OTHERWISE)), {
    maxLength: 25,
    selector: ([folders]) => folders.join("/"),
  })
  .map((entries) =>
    entries.map(([folders, owners], index): OwnedPath => {
      return { path: ["flags", ...folders, `flag_${index}.yaml`].join("/"), owners };
    }),
  );

test("by the rules of CODEOWNERS every flag file has exactly its owners, and all other files belong to the maintainers", () => {
  fc.assert(
    fc.property(tree, (files) => {
      const text = textOf(files);
      for (const { path, owners } of files) expect(reviewersOf(text, path), text).toEqual(owners.split(" "));
      expect(reviewersOf(text, "flags/_config.yaml")).toEqual([OTHERWISE]);
      expect(reviewersOf(text, "README.md")).toEqual([]);
    }),
    { numRuns: process.env["FULL"] ? 5_000 : 300 },
  );
});

test("there is at most one line per file, and one for the whole folder", () => {
  fc.assert(
    fc.property(tree, (files) => {
      expect(ownerLines(files, "flags", OTHERWISE).length).toBeLessThanOrEqual(1 + files.length);
    }),
  );
});

test("no equivalent list of folders and files is shorter", () => {
  const small = fc.array(fc.tuple(fc.constantFrom("", "x/", "x/y/", "z/"), fc.constantFrom("@a", "@b", OTHERWISE)), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(small, (entries) => {
      const files = entries.map(([folder, owners], index) => ({ path: `flags/${folder}f${index}.yaml`, owners }));
      const least = shortest(files);
      // A folder of one owner is named itself also where that saves nothing: it never costs a line.
      expect(ownerLines(files, "flags", OTHERWISE).length - 1).toBe(least);
    }),
    { numRuns: 100 },
  );
});

/** By trying every choice of folders' owners. */
function shortest(files: readonly OwnedPath[]): number {
  const folders = ["flags/x/", "flags/x/y/", "flags/z/"];
  const choices = [null, "@a", "@b", OTHERWISE];
  let least = Number.POSITIVE_INFINITY;
  for (const x of choices)
    for (const y of choices)
      for (const z of choices) {
        const chosen = [x, y, z];
        const lines = chosen.filter((owner) => owner !== null).length;
        const exceptions = files.filter(({ path, owners }) => {
          const inherited =
            chosen.findLast((owner, at) => owner !== null && path.startsWith(folders[at] ?? "")) ?? OTHERWISE;
          return inherited !== owners;
        });
        least = Math.min(least, lines + exceptions.length);
      }
  return least;
}

test("a folder with one owner takes one line, and an exception in it one more", () => {
  const files = owned({
    "shop/a.yaml": "@shop",
    "shop/b.yaml": "@shop",
    "shop/c.yaml": "@web",
    "booking/one.yaml": "@booking",
    "top.yaml": "@shop",
    "mixed/a.yaml": "@shop",
    "mixed/b.yaml": "@web",
  });
  expect(textOf(files).split("\n")).toEqual([
    "/flags/ @acme/platform",
    "/flags/booking/ @booking",
    "/flags/mixed/a.yaml @shop",
    "/flags/mixed/b.yaml @web",
    "/flags/shop/ @shop",
    "/flags/shop/c.yaml @web",
    "/flags/top.yaml @shop",
  ]);
});

test("ten thousand files of fifty owners in five hundred folders", () => {
  const files = Array.from({ length: 10_000 }, (_, n): OwnedPath => {
    return { path: `flags/group_${n % 50}/folder_${n % 500}/flag_${n}.yaml`, owners: `@team-${(n * 7) % 50}` };
  });
  const text = textOf(files);
  const lines = text.split("\n");
  expect(lines.length).toBeLessThanOrEqual(501);
  expect(reviewersOf(text, files[4321]?.path ?? "")).toEqual([files[4321]?.owners]);
});

test.each(["flags/a#b/", "flags/[a]/", "flags/a\nb/"])("%j, which CODEOWNERS cannot contain, is refused", (path) => {
  expect(() => ownerPattern(path)).toThrow(/CODEOWNERS cannot contain the path/);
});
