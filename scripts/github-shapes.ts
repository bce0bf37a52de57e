import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shapesOf } from "../test/support/github/shapes-of.ts";

// Writes test/fixtures/github-openapi.json: the part of GitHub's OpenAPI description that covers the requests and answers in
// use. Only maintainers run this, because the package that contains it is 385 MB unpacked. One of its files is read.
const PACKAGE = "@octokit/openapi@23.0.2";

const OPERATIONS = [
  "checks/create",
  "checks/get",
  "checks/list-annotations",
  "checks/list-for-ref",
  "checks/update",
  "git/create-blob",
  "git/create-commit",
  "git/create-ref",
  "git/create-tree",
  "git/delete-ref",
  "git/get-blob",
  "git/get-commit",
  "git/get-ref",
  "git/get-tree",
  "git/list-matching-refs",
  "git/update-ref",
  "issues/add-labels",
  "issues/create",
  "issues/create-comment",
  "issues/create-label",
  "issues/delete-comment",
  "issues/get",
  "issues/get-comment",
  "issues/get-label",
  "issues/list-comments",
  "issues/list-for-repo",
  "issues/list-labels-for-repo",
  "issues/remove-label",
  "issues/update",
  "issues/update-comment",
  "pulls/check-if-merged",
  "pulls/create",
  "pulls/get",
  "pulls/list",
  "pulls/list-commits",
  "pulls/list-files",
  "pulls/list-requested-reviewers",
  "pulls/merge",
  "pulls/request-reviewers",
  "pulls/update",
  "rate-limit/get",
  "repos/codeowners-errors",
  "repos/compare-commits-with-basehead",
  "repos/create-commit-status",
  "repos/create-or-update-file-contents",
  "repos/get",
  "repos/get-branch",
  "repos/get-combined-status-for-ref",
  "repos/get-commit",
  "repos/get-content",
  "repos/list-branches",
  "repos/list-commits",
  "repos/list-pull-requests-associated-with-commit",
  "users/get-authenticated",
];

const file = new URL("../test/fixtures/github-openapi.json", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "github-shapes-"));
try {
  const packed = execFileSync("npm", ["pack", PACKAGE, "--silent"], { cwd: folder, encoding: "utf8" }).trim();
  const inside = "package/generated/api.github.com.json";
  execFileSync("tar", ["-xzf", packed, inside], { cwd: folder });
  const shapes = shapesOf(JSON.parse(readFileSync(join(folder, inside), "utf8")), OPERATIONS);
  // Writes one operation or schema per line, so that an update shows a readable diff.
  const lines = (entries: Readonly<Record<string, unknown>>): string =>
    Object.keys(entries)
      .sort()
      .map((name) => `    ${JSON.stringify(name)}: ${JSON.stringify(entries[name])}`)
      .join(",\n");
  const text = [
    "{",
    `  "source": ${JSON.stringify(PACKAGE)},`,
    `  "operations": {\n${lines(shapes.operations)}\n  },`,
    `  "schemas": {\n${lines(shapes.schemas)}\n  }`,
    "}\n",
  ].join("\n");
  writeFileSync(file, text);
  const [operations, schemas] = [shapes.operations, shapes.schemas].map((of) => Object.keys(of).length);
  console.log(`test/fixtures/github-openapi.json: ${operations} operations, ${schemas} schemas, ${text.length} bytes`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
