import { describe, expect, test } from "vitest";
import { aServerWithClone, aPull, HERE } from "../support/github/clone.ts";
import { plainOctokit, refusal } from "../support/github/contract.ts";
import { HANDLERS } from "../support/github/operations.ts";
import { routesOf } from "../support/github/routes.ts";
import { shapesOf, type Json } from "../support/github/shapes-of.ts";
import { GITHUB_CHECKS, GITHUB_SHAPES } from "../support/github/shapes.ts";
import { startFakeGitHub } from "../support/github/start.ts";

describe("the description", () => {
  test("has exactly the operations of the test server", () => {
    const own = [...Object.keys(HANDLERS), "rate-limit/get"];
    expect(own.sort()).toEqual(Object.keys(GITHUB_SHAPES.operations).sort());
  });

  test("contains shapes only, without descriptive text", () => {
    const keys = new Set<string>();
    JSON.stringify({ ...GITHUB_SHAPES.schemas, ...GITHUB_SHAPES.operations }, (key, value: unknown) => {
      // Below `properties` a key is a field's name.
      if (key === "properties") return Object.values(value as Json);
      keys.add(key);
      return value;
    });
    const prose = ["description", "summary", "example", "examples", "title", "externalDocs", "x-github", "deprecated"];
    expect(prose.filter((key) => keys.has(key))).toEqual([]);
  });

  test("unknown names and dangling references are errors", () => {
    const get = { operationId: "a/get", responses: { 200: { $ref: "#/components/responses/gone" } } };
    const description = { paths: { "/a": { get } }, components: {} };
    expect(() => shapesOf(description, ["b/get"])).toThrow("not in the description: b/get");
    expect(() => shapesOf(description, ["a/get"])).toThrow("#/components/responses/gone is not in the description");
  });

  test("nullable becomes a type, oneOf becomes anyOf, and a field may be named like a descriptive key", () => {
    const schema = {
      type: "object",
      description: "prose",
      required: ["title"],
      properties: {
        title: { type: "string", nullable: true, example: "prose" },
        at: { $ref: "#/components/schemas/at" },
      },
    };
    const content = { "application/json": { schema: { oneOf: [schema, { type: "string" }] } } };
    const get = { operationId: "a/get", responses: { 200: { description: "prose", content }, 204: {} } };
    const at = { type: "string", format: "date-time" };
    const shapes = shapesOf({ paths: { "/a": { get } }, components: { schemas: { at } } }, ["a/get"]);
    const title = { anyOf: [{ type: "null" }, { type: "string" }] };
    const properties = { title, at: { $ref: "#/schemas/at" } };
    expect(shapes).toEqual({
      operations: {
        "a/get": {
          method: "GET",
          path: "/a",
          parameters: [],
          body: null,
          answers: {
            200: { anyOf: [{ type: "object", required: ["title"], properties }, { type: "string" }] },
            204: null,
          },
        },
      },
      schemas: { at },
    });
  });

  test("a path leads to the most specific operation, including slashes in refs and files", () => {
    const to = routesOf(GITHUB_SHAPES);
    const operations = [
      ["GET", "/repos/acme/flags/commits/abc/pulls"],
      ["GET", "/repos/acme/flags/commits/a/b"],
      ["GET", "/repos/acme/flags/git/ref/heads%2Fa%2Fb"],
      ["GET", "/repos/acme/flags/contents/"],
      ["GET", "/repos/acme/flags/issues/comments/7"],
      ["POST", "/repos/acme/flags/git/ref/heads/a"],
    ].map(([method = "", path = ""]) => to(method, path));
    expect(operations.map((found) => found && [found.operation, Object.values(found.path).at(-1)])).toEqual([
      ["repos/list-pull-requests-associated-with-commit", "abc"],
      ["repos/get-commit", "a/b"],
      ["git/get-ref", "heads/a/b"],
      ["repos/get-content", ""],
      ["issues/get-comment", "7"],
      undefined,
    ]);
  });
});

describe("the checks detect violations", () => {
  test("every required field is reported when it is removed from an answer", async () => {
    const { github, clone } = await aServerWithClone();
    const pull_number = await aPull(github, clone, "feature", "enabled: false\n");
    const octokit = plainOctokit(github.apiUrl, github.token);
    const answers: Readonly<Record<string, Promise<{ data: unknown; status: number }>>> = {
      "pulls/get": octokit.rest.pulls.get({ ...HERE, pull_number }),
      "pulls/list": octokit.rest.pulls.list(HERE),
      "pulls/list-files": octokit.rest.pulls.listFiles({ ...HERE, pull_number }),
      "issues/create-comment": octokit.rest.issues.createComment({ ...HERE, issue_number: pull_number, body: "x" }),
      "issues/list-for-repo": octokit.rest.issues.listForRepo(HERE),
      "repos/get": octokit.rest.repos.get(HERE),
      "git/get-ref": octokit.rest.git.getRef({ ...HERE, ref: "heads/main" }),
      "git/get-tree": octokit.rest.git.getTree({ ...HERE, tree_sha: "main" }),
    };
    let missed = 0;
    for (const [operation, asked] of Object.entries(answers)) {
      const { data, status } = await asked;
      expect(GITHUB_CHECKS.answer(operation, status, data)).toEqual([]);
      const entry = (Array.isArray(data) ? data[0] : data) as Json;
      for (const field of requiredOf(operation, status)) {
        const { [field]: _, ...without } = entry;
        const found = GITHUB_CHECKS.answer(operation, status, Array.isArray(data) ? [without] : without);
        expect(found.join("\n"), `${operation} without ${field}`).toContain(`must have required property '${field}'`);
        missed += 1;
      }
    }
    expect(missed).toBeGreaterThan(150);
  });

  test("an answer that contradicts the description becomes a 500 with the reason, and fails the test at its end", async () => {
    const github = await startFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    const { number } = (await octokit.rest.issues.create({ ...HERE, title: "Drift" })).data;
    Object.assign(github.world.issues.get(number) ?? {}, { title: 42 });
    const read = await refusal(octokit.rest.issues.get({ ...HERE, issue_number: number }));
    expect(read).toMatchObject({ status: 500, message: "issues/get 200/title: must be string" });
    await expect(github.close()).rejects.toThrow("issues/get 200/title: must be string");
  });

  test.each([
    ["a field of another type", { title: "x", head: 1, base: "main" }, "pulls/create body/head: must be string"],
    ["a field that is missing", { title: "x", head: "a" }, "must have required property 'base'"],
    [
      "a field misspelt",
      { title: "x", head: "a", base: "main", drafft: true },
      "pulls/create body/drafft: GitHub knows",
    ],
  ])("a request with %s becomes a 500 with the reason, and fails the test at its end", async (_, body, found) => {
    const github = await startFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    const sent = await refusal(octokit.request("POST /repos/acme/flags/pulls", body));
    expect(sent.status).toBe(500);
    expect(sent.message).toContain(found);
    await expect(github.close()).rejects.toThrow(found);
  });

  test("a query that GitHub would ignore or could not read is reported", async () => {
    const github = await startFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    for (const query of ["stat=open", "state=opened"]) {
      expect((await refusal(octokit.request(`GET /repos/acme/flags/issues?${query}`))).status).toBe(500);
    }
    expect(github.takeViolations().join("\n")).toMatch(
      /issues\/list-for-repo query stat: GitHub knows no such parameter\n.*query state\/value: must be equal to one of/s,
    );
    await github.close();
  });
});

/** The fields that the description demands of an answer, or of each entry of a list. */
function requiredOf(operation: string, status: number): readonly string[] {
  let schema = GITHUB_SHAPES.operations[operation]?.answers[status] as Json;
  for (;;) {
    const pointer = schema["$ref"];
    if (typeof pointer === "string") schema = GITHUB_SHAPES.schemas[pointer.replace("#/schemas/", "")] ?? {};
    else if (schema["type"] === "array") schema = schema["items"] as Json;
    else return (schema["required"] ?? []) as readonly string[];
  }
}
