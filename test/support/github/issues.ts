import { integration, simpleUser, type Account } from "./accounts.ts";
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
import { commentsOf, reactions } from "./comments.ts";
import { labelJson, labelNamed } from "./labels.ts";
import { invalid, notFound, type Refusal } from "./refusal.ts";
import { nextNumber, type Issue } from "./world.ts";

/** In characters. */
const LONGEST_TITLE = 256;
const LONGEST_BODY = 65_536;

/** Returns the issue with a number. @throws Refusal if there is none */
export function issueOf(call: Call, number = Number(call.path["issue_number"])): Issue {
  const issue = call.world.issues.get(number);
  if (issue === undefined) throw notFound();
  return issue;
}

/** Creates an issue or the issue of a pull request. @throws Refusal for a title or body that GitHub does not take */
export function openIssue(call: Call, resource: "Issue" | "PullRequest"): Issue {
  const { world } = call;
  checkText(call, true);
  const user = signedIn(call);
  const at = world.now();
  const number = nextNumber(world);
  const issue: Issue = {
    id: world.nextId(),
    number,
    user,
    createdAt: at,
    updatedAt: at,
    title: (textIn(call, "title") ?? "").trim(),
    body: textIn(call, "body") ?? null,
    state: "open",
    stateReason: null,
    labels: resource === "Issue" ? labelsIn(call) : [],
    assignees: assigneesIn(call),
    closedAt: null,
    closedBy: null,
  };
  world.issues.set(number, issue);
  return issue;
}

/** @throws Refusal */
function checkText(call: Call, isNew: boolean): void {
  const title = textIn(call, "title");
  if (title === undefined ? isNew : title.trim() === "") {
    throw invalid({ resource: "Issue", code: "missing_field", field: "title" });
  }
  const tooLong = (field: string, maximum: number): Refusal => {
    const message = `${field} is too long (maximum is ${maximum} characters)`;
    return invalid({ resource: "Issue", code: "custom", field, message });
  };
  if (lengthOf(title ?? "") > LONGEST_TITLE) throw tooLong("title", LONGEST_TITLE);
  if (lengthOf(textIn(call, "body") ?? "") > LONGEST_BODY) throw tooLong("body", LONGEST_BODY);
}

/** Applies the changes of a request to an issue or pull request. @throws Refusal before anything was changed */
export function editIssue(call: Call, issue: Issue): void {
  const { body, world } = call;
  checkText(call, false);
  const title = textIn(call, "title");
  const state = textIn(call, "state");
  const labels = body["labels"] === undefined ? undefined : labelsIn(call);
  const assignees = body["assignees"] === undefined ? undefined : assigneesIn(call);
  if (title !== undefined) issue.title = title.trim();
  if (body["body"] !== undefined) issue.body = textIn(call, "body") ?? null;
  if (labels) issue.labels = labels;
  if (assignees) issue.assignees = assignees;
  if (state === "closed" || state === "open") setState(call, issue, state, textIn(call, "state_reason"));
  issue.updatedAt = world.now();
}

function setState(call: Call, issue: Issue, state: "open" | "closed", reason: string | undefined): void {
  if (issue.state === state) return;
  issue.state = state;
  const isClosed = state === "closed";
  issue.closedAt = isClosed ? call.world.now() : null;
  issue.closedBy = isClosed ? call.account : null;
  issue.stateReason = isClosed ? (reason ?? "completed") : "reopened";
}

/** Returns the labels of a request. Creates missing ones, as GitHub does. */
function labelsIn(call: Call): string[] {
  const named = (call.body["labels"] ?? []) as readonly (string | { readonly name?: string })[];
  const names = named.map(
    (label) => labelNamed(call.world, typeof label === "string" ? label : (label.name ?? "")).name,
  );
  return [...new Set(names)];
}

function assigneesIn(call: Call): Account[] {
  const logins = (call.body["assignees"] ?? []) as readonly string[];
  // Who may not be assigned is left out without a word.
  return logins.flatMap((login) => call.world.accounts.collaborators.get(login.toLowerCase()) ?? []);
}

export function issueJson(call: Call, issue: Issue): Readonly<Record<string, unknown>> {
  const { world, api } = call;
  const url = `${repoUrl(call)}/issues/${issue.number}`;
  const pull = world.pulls.get(issue.number);
  const page = `${repoPage(call)}/${pull ? "pull" : "issues"}/${issue.number}`;
  return {
    url,
    repository_url: repoUrl(call),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: page,
    id: issue.id,
    node_id: nodeId("Issue", issue.id),
    number: issue.number,
    title: issue.title,
    user: simpleUser(issue.user, api),
    labels: issue.labels.map((name) => labelJson(call, labelNamed(world, name))),
    state: issue.state,
    state_reason: issue.stateReason,
    locked: false,
    active_lock_reason: null,
    assignee: issue.assignees[0] ? simpleUser(issue.assignees[0], api) : null,
    assignees: issue.assignees.map((account) => simpleUser(account, api)),
    milestone: null,
    comments: commentsOf(world, issue.number).length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: issue.closedBy && simpleUser(issue.closedBy, api),
    author_association: issue.user.association,
    body: issue.body,
    reactions: reactions(url),
    performed_via_github_app: integration(issue.user, api),
    ...(pull
      ? {
          draft: pull.draft,
          pull_request: {
            url: `${repoUrl(call)}/pulls/${issue.number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: pull.mergedAt,
          },
        }
      : {}),
  };
}

export const issueHandlers: Handlers = {
  "issues/create": (call) => created(issueJson(call, openIssue(call, "Issue"))),
  "issues/get": (call) => ok(issueJson(call, issueOf(call))),
  "issues/update": (call) => {
    const issue = issueOf(call);
    editIssue(call, issue);
    return ok(issueJson(call, issue));
  },
  "issues/list-for-repo": (call) => {
    const { state = "open", labels = "", creator, sort = "created", direction = "desc", since = "" } = call.query;
    const wanted = labels.split(",").filter((label) => label !== "");
    const found = [...call.world.issues.values()].filter(
      (issue) =>
        (state === "all" || issue.state === state) &&
        wanted.every((name) => issue.labels.some((label) => label.toLowerCase() === name.toLowerCase())) &&
        (creator === undefined || issue.user.login.toLowerCase() === creator.toLowerCase()) &&
        issue.updatedAt >= since,
    );
    const by = (issue: Issue): string => (sort === "updated" ? issue.updatedAt : issue.createdAt);
    found.sort((a, b) => by(a).localeCompare(by(b)) || a.number - b.number);
    if (direction === "desc") found.reverse();
    return listed(found.map((issue) => issueJson(call, issue)));
  },
  "issues/add-labels": (call) => {
    const issue = issueOf(call);
    issue.labels = [...new Set([...issue.labels, ...labelsIn(call)])];
    issue.updatedAt = call.world.now();
    return ok(issue.labels.map((name) => labelJson(call, labelNamed(call.world, name))));
  },
  "issues/remove-label": (call) => {
    const issue = issueOf(call);
    const name = String(call.path["name"]).toLowerCase();
    const rest = issue.labels.filter((label) => label.toLowerCase() !== name);
    if (rest.length === issue.labels.length) throw notFound();
    issue.labels = rest;
    return ok(rest.map((label) => labelJson(call, labelNamed(call.world, label))));
  },
};
