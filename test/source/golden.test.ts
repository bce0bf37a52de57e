import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { diagnosticsText, githubAnnotations } from "../../src/core/diagnostic/diagnostic-text.ts";
import { checkAll } from "./check-all.ts";
import { parseFixture } from "./fixture.ts";

// What people read, whole. `npx vitest -u` writes it anew; read the difference before you commit it.
const WHOLE = [
  "several-causes",
  "unknown-key-comma",
  "segment-tower",
  "test-failed-environment",
  "same-variable",
  "number-leading-zero",
];

function diagnosticsOf(name: string) {
  const fixture = parseFixture(readFileSync(new URL(`../fixtures/bad/${name}.txt`, import.meta.url), "utf8"));
  return checkAll(fixture.files, fixture.today);
}

test("the output of validate for several invalid trees", async () => {
  const text = WHOLE.map((name) => `== ${name}\n${diagnosticsText(diagnosticsOf(name))}\n`).join("\n");
  await expect(text).toMatchFileSnapshot("../golden/diagnostics.txt");
});

test("the output of validate in GitHub format for the same trees", async () => {
  const text = WHOLE.map((name) => `${githubAnnotations(diagnosticsOf(name))}\n`).join("");
  await expect(text).toMatchFileSnapshot("../golden/diagnostics-github.txt");
});
