import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONFIG, flagText, writeFlags } from "../support/flag-tree.ts";
import { aFakeGitHub, type FakeGitHub, type FakeGitHubOptions } from "../support/github/start.ts";
import { hoistIn } from "../support/hoist.ts";
import { aFolder, aRepository, type TestRepository } from "../support/repository.ts";

/** A repository on GitHub, its clone, and a pull request from the clone's branch `change`. */
export interface Scene {
  readonly fake: FakeGitHub;
  readonly clone: TestRepository;
  readonly number: number;
  /** The environment of a workflow's job for that pull request. The event names the head of that moment. */
  job(more?: Readonly<Record<string, string>>, event?: object): Record<string, string>;
  /** `hoist github comment --base origin/main` in such a job. */
  comment(more?: Readonly<Record<string, string>>, ...args: readonly string[]): ReturnType<ReturnType<typeof hoistIn>>;
  /** Writes the flags, commits and pushes; the new head. */
  push(subject: string, flags: Readonly<Record<string, string>>): string;
}

export const ROUTING = "workshop_routing";
export const BEFORE = { [ROUTING]: flagText({ lines: "rollout: 10%" }), checkout: flagText() };

/** A clone of a new repository, whose `main` has {@link BEFORE}. */
export async function aClone(options?: FakeGitHubOptions): Promise<{ fake: FakeGitHub; clone: TestRepository }> {
  const fake = await aFakeGitHub(options);
  const clone = aRepository();
  clone.write("flags/_config.yaml", CONFIG);
  writeFlags(clone, BEFORE);
  clone.commit("First flags");
  clone.git("remote", "add", "origin", fake.gitUrl);
  clone.git("push", "--quiet", "origin", "main");
  clone.git("fetch", "--quiet", "origin");
  return { fake, clone };
}

/** @param flags what the pull request changes: 10 % → 20 % of one flag, unless given */
export async function aScene(
  flags: Readonly<Record<string, string>> = { [ROUTING]: flagText({ lines: "rollout: 20%" }) },
): Promise<Scene> {
  const { fake, clone } = await aClone();
  clone.branch("change");
  const push = (subject: string, changed: Readonly<Record<string, string>>) => {
    writeFlags(clone, changed);
    const head = clone.commit(subject, { allowEmpty: true });
    clone.git("push", "--quiet", "origin", "HEAD:change");
    return head;
  };
  push("Routing for more", flags);
  const number = await openPull(fake, "change", "Routing for more");
  const job: Scene["job"] = (more = {}, event) => ({ ...jobOf(fake, clone, number, event), ...more });
  const comment: Scene["comment"] = (more = {}, ...args) =>
    hoistIn(clone.folder, job(more))("github", "comment", "--base", "origin/main", ...args);
  return { fake, clone, number, job, comment, push };
}

/** By somebody with the token of a person. */
export async function openPull(fake: FakeGitHub, head: string, title: string): Promise<number> {
  const answer = await fetch(`${fake.apiUrl}/repos/${fake.repository}/pulls`, {
    method: "POST",
    headers: { authorization: `token ${fake.userToken}`, "content-type": "application/json" },
    body: JSON.stringify({ title, head, base: "main", body: "" }),
  });
  const made = (await answer.json()) as { readonly number: number };
  return made.number;
}

export function jobOf(
  fake: FakeGitHub,
  clone: TestRepository,
  number: number,
  event: object = { pull_request: { number, head: { sha: clone.git("rev-parse", "HEAD") } } },
): Record<string, string> {
  const folder = aFolder();
  writeFileSync(join(folder, "event.json"), JSON.stringify(event));
  return {
    PATH: process.env["PATH"] ?? "",
    GITHUB_ACTIONS: "true",
    GITHUB_EVENT_NAME: "pull_request",
    GITHUB_EVENT_PATH: join(folder, "event.json"),
    GITHUB_REF: `refs/pull/${number}/merge`,
    GITHUB_REPOSITORY: fake.repository,
    GITHUB_API_URL: fake.apiUrl,
    GITHUB_TOKEN: fake.token,
    GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
    FLAGS_GITHUB_RETRIES: "0",
    FLAGS_GITHUB_TIMEOUT: "2",
  };
}

/** Of the pull request, oldest first. */
export function bodies({ fake, number }: Pick<Scene, "fake" | "number">): readonly string[] {
  return [...fake.world.comments.values()].filter(({ issue }) => issue === number).map(({ body }) => body);
}

/** `POST /repos/… 201`: the requests that change something. */
export function writes(fake: FakeGitHub): readonly string[] {
  return fake.requests
    .filter(({ method, path }) => method !== "GET" && path !== "/graphql")
    .map(({ method, path, status }) => `${method} ${path} ${status}`);
}
