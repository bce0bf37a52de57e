import { integration, simpleUser } from "./accounts.ts";
import {
  created,
  lengthOf,
  listed,
  nodeId,
  ok,
  repoPage,
  repoUrl,
  signedIn,
  textIn,
  type Call,
  type Handlers,
} from "./call.ts";
import { invalid, notFound, Refusal, unprocessable } from "./refusal.ts";
import { repositoryJson } from "./repository.ts";
import type { Check, Status } from "./world.ts";

/** Limits the annotations of one request. */
const MOST_ANNOTATIONS = 50;
const LONGEST_SUMMARY = 65_535;

interface Output {
  readonly title?: string;
  readonly summary?: string;
  readonly text?: string;
  readonly annotations?: readonly Readonly<Record<string, unknown>>[];
}

/** @throws Refusal  for a person's token, as on the original: checks are for apps */
function demandApp(call: Call): void {
  if (signedIn(call).app === null) throw new Refusal(403, "You must authenticate via a GitHub App.");
}

/** Applies a request to a check. @throws Refusal before anything was changed */
function apply(call: Call, check: Check): void {
  const { body, world } = call;
  const output = (body["output"] ?? {}) as Output;
  const annotations = output.annotations ?? [];
  if (annotations.length > MOST_ANNOTATIONS) {
    throw unprocessable(
      `Invalid request.\n\nNo more than ${MOST_ANNOTATIONS} items are allowed; ${annotations.length} were supplied.`,
    );
  }
  for (const field of ["summary", "text"] as const) {
    if (lengthOf(output[field] ?? "") > LONGEST_SUMMARY) {
      throw unprocessable(
        `Invalid request.\n\nOnly ${LONGEST_SUMMARY} characters are allowed; ${lengthOf(output[field] ?? "")} were supplied.`,
      );
    }
  }
  const conclusion = textIn(call, "conclusion");
  const status = textIn(call, "status");
  if (status === "completed" && conclusion === undefined) {
    throw unprocessable(`Invalid request.\n\n"conclusion" wasn't supplied.`);
  }
  check.annotations.push(...annotations);
  check.name = textIn(call, "name") ?? check.name;
  check.externalId = textIn(call, "external_id") ?? check.externalId;
  check.detailsUrl = textIn(call, "details_url") ?? check.detailsUrl;
  check.title = output.title ?? check.title;
  check.summary = output.summary ?? check.summary;
  check.text = output.text ?? check.text;
  check.startedAt = textIn(call, "started_at") ?? check.startedAt;
  if (conclusion !== undefined) {
    check.status = "completed";
    check.conclusion = conclusion;
    check.completedAt = textIn(call, "completed_at") ?? world.now();
  } else if (status !== undefined) check.status = status;
}

function checkJson(call: Call, check: Check): Readonly<Record<string, unknown>> {
  const { world, api } = call;
  const url = `${repoUrl(call)}/check-runs/${check.id}`;
  const repo = { id: world.id, url: repoUrl(call), name: world.name };
  const pulls = [...world.pulls.values()].filter(({ headSha }) => headSha === check.headSha);
  return {
    id: check.id,
    node_id: nodeId("CheckRun", check.id),
    external_id: check.externalId,
    url,
    html_url: `${repoPage(call)}/runs/${check.id}`,
    details_url: check.detailsUrl ?? `${repoPage(call)}/runs/${check.id}`,
    status: check.status,
    conclusion: check.conclusion,
    started_at: check.startedAt,
    completed_at: check.completedAt,
    head_sha: check.headSha,
    name: check.name,
    check_suite: { id: 1 },
    app: integration(check.app, api),
    output: {
      title: check.title,
      summary: check.summary,
      text: check.text,
      annotations_count: check.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    pull_requests: pulls.map((pull) => ({
      id: pull.issue.id,
      number: pull.issue.number,
      url: `${repoUrl(call)}/pulls/${pull.issue.number}`,
      head: { ref: pull.headRef, sha: pull.headSha, repo },
      base: { ref: pull.baseRef, sha: pull.baseSha, repo },
    })),
  };
}

function checkOf(call: Call): Check {
  const check = call.world.checks.get(Number(call.path["check_run_id"]));
  if (check === undefined) throw notFound();
  return check;
}

/** @throws Refusal */
async function commitIn(call: Call, name: string): Promise<string> {
  const sha = await call.world.git.commitOf(name);
  if (sha === null) throw unprocessable(`No commit found for SHA: ${name}`);
  return sha;
}

export const checkHandlers: Handlers = {
  "checks/create": async (call) => {
    demandApp(call);
    const { world } = call;
    const check: Check = {
      id: world.nextId(),
      app: signedIn(call),
      headSha: await commitIn(call, textIn(call, "head_sha") ?? ""),
      name: textIn(call, "name") ?? "",
      status: "queued",
      conclusion: null,
      startedAt: world.now(),
      completedAt: null,
      externalId: "",
      detailsUrl: null,
      title: null,
      summary: null,
      text: null,
      annotations: [],
    };
    apply(call, check);
    world.checks.set(check.id, check);
    return created(checkJson(call, check));
  },
  "checks/update": (call) => {
    demandApp(call);
    const check = checkOf(call);
    if (check.app.id !== signedIn(call).id)
      throw new Refusal(403, "Invalid app_id `0` - check run can only be modified by the GitHub App that created it.");
    apply(call, check);
    return ok(checkJson(call, check));
  },
  "checks/get": (call) => ok(checkJson(call, checkOf(call))),
  "checks/list-annotations": (call) =>
    listed(
      checkOf(call).annotations.map((annotation) => ({
        start_column: null,
        end_column: null,
        title: null,
        raw_details: null,
        ...annotation,
        blob_href: `${repoUrl(call)}/contents/${String(annotation["path"])}`,
      })),
    ),
  "checks/list-for-ref": async (call) => {
    const sha = await commitIn(call, String(call.path["ref"]));
    const { check_name: name, status } = call.query;
    const found = [...call.world.checks.values()].filter(
      (check) =>
        check.headSha === sha &&
        (name === undefined || check.name === name) &&
        (status === undefined || check.status === status),
    );
    const entries = found.toReversed().map((check) => checkJson(call, check));
    return { status: 200, list: { entries, wrap: (page) => ({ total_count: entries.length, check_runs: page }) } };
  },
};

const LONGEST_DESCRIPTION = 140;

export const statusHandlers: Handlers = {
  "repos/create-commit-status": async (call) => {
    const { world } = call;
    const description = textIn(call, "description") ?? null;
    if (lengthOf(description ?? "") > LONGEST_DESCRIPTION) {
      const message = `description is too long (maximum is ${LONGEST_DESCRIPTION} characters)`;
      throw invalid({ resource: "Status", code: "custom", field: "description", message });
    }
    const status: Status = {
      id: world.nextId(),
      sha: await commitIn(call, String(call.path["sha"])),
      creator: signedIn(call),
      state: textIn(call, "state") ?? "",
      context: textIn(call, "context") ?? "default",
      description,
      targetUrl: textIn(call, "target_url") ?? null,
      createdAt: world.now(),
    };
    world.statuses.push(status);
    return created({ ...statusJson(call, status), creator: simpleUser(status.creator, call.api) });
  },
  "repos/get-combined-status-for-ref": async (call) => {
    const sha = await commitIn(call, String(call.path["ref"]));
    // The newest of each context counts.
    const newest = new Map(call.world.statuses.filter((status) => status.sha === sha).map((of) => [of.context, of]));
    const states = [...newest.values()].map(({ state }) => state);
    const isBad = states.some((state) => state === "failure" || state === "error");
    const state = isBad
      ? "failure"
      : states.length > 0 && states.every((of) => of === "success")
        ? "success"
        : "pending";
    return ok({
      state,
      statuses: [...newest.values()].map((status) => statusJson(call, status)),
      sha,
      total_count: newest.size,
      repository: repositoryJson(call),
      commit_url: `${repoUrl(call)}/commits/${sha}`,
      url: `${repoUrl(call)}/commits/${sha}/status`,
    });
  },
};

function statusJson(call: Call, status: Status): Readonly<Record<string, unknown>> {
  return {
    url: `${repoUrl(call)}/statuses/${status.sha}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${status.creator.id}?v=4`,
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}
