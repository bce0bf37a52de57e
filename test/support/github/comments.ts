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
import { invalid, notFound, Refusal } from "./refusal.ts";
import type { Comment, World } from "./world.ts";

const LONGEST = 65_536;

/** Returns the comments of an issue, oldest first. */
export function commentsOf(world: World, issue: number): readonly Comment[] {
  return [...world.comments.values()].filter((comment) => comment.issue === issue);
}

/** Adds a comment by the account of the request. @throws Refusal */
function addComment(call: Call): Comment {
  const { world } = call;
  const issue = world.issues.get(Number(call.path["issue_number"]));
  if (issue === undefined) throw notFound();
  const body = textOf(call);
  const at = world.now();
  const comment = { id: world.nextId(), issue: issue.number, user: signedIn(call), createdAt: at, updatedAt: at, body };
  world.comments.set(comment.id, comment);
  issue.updatedAt = at;
  return comment;
}

function textOf(call: Call): string {
  const body = textIn(call, "body") ?? "";
  if (body.trim() === "") {
    throw invalid({ resource: "IssueComment", code: "unprocessable", field: "data", message: "Body cannot be blank" });
  }
  if (lengthOf(body) > LONGEST) {
    const message = `Body is too long (maximum is ${LONGEST} characters)`;
    throw invalid({ resource: "IssueComment", code: "unprocessable", field: "data", message });
  }
  return body;
}

function commentOf(call: Call): Comment {
  const comment = call.world.comments.get(Number(call.path["comment_id"]));
  if (comment === undefined) throw notFound();
  return comment;
}

/**
 * Returns the comment of a request if the account may change it: an app only its own, a person with write access any.
 */
function ownComment(call: Call): Comment {
  const comment = commentOf(call);
  if (signedIn(call).app !== null && comment.user.id !== signedIn(call).id) {
    throw new Refusal(403, "Resource not accessible by integration");
  }
  return comment;
}

function commentJson(call: Call, comment: Comment): Readonly<Record<string, unknown>> {
  const { world, api } = call;
  const url = `${repoUrl(call)}/issues/comments/${comment.id}`;
  const kind = world.pulls.has(comment.issue) ? "pull" : "issues";
  return {
    url,
    html_url: `${repoPage(call)}/${kind}/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${repoUrl(call)}/issues/${comment.issue}`,
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    user: simpleUser(comment.user, api),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: comment.user.association,
    body: comment.body,
    reactions: reactions(url),
    performed_via_github_app: integration(comment.user, api),
  };
}

/** Returns the reactions of a comment or issue, which are always empty. */
export function reactions(of: string): Readonly<Record<string, unknown>> {
  const none = { "+1": 0, "-1": 0, laugh: 0, hooray: 0, confused: 0, heart: 0, rocket: 0, eyes: 0 };
  return { url: `${of}/reactions`, total_count: 0, ...none };
}

export const commentHandlers: Handlers = {
  "issues/list-comments": (call) => {
    const { world, path, query } = call;
    const number = Number(path["issue_number"]);
    if (!world.issues.has(number)) throw notFound();
    const found = commentsOf(world, number).filter(({ updatedAt }) => updatedAt >= (query["since"] ?? ""));
    return listed(found.map((comment) => commentJson(call, comment)));
  },
  "issues/create-comment": (call) => created(commentJson(call, addComment(call))),
  "issues/get-comment": (call) => ok(commentJson(call, commentOf(call))),
  "issues/update-comment": (call) => {
    const comment = ownComment(call);
    comment.body = textOf(call);
    comment.updatedAt = call.world.now();
    return ok(commentJson(call, comment));
  },
  "issues/delete-comment": (call) => {
    call.world.comments.delete(ownComment(call).id);
    return { status: 204 };
  },
};
