import type { Scope } from "./accounts.ts";
import type { Handlers } from "./call.ts";
import { checkHandlers, statusHandlers } from "./checks.ts";
import { codeownersHandlers } from "./codeowners.ts";
import { commentHandlers } from "./comments.ts";
import { contentHandlers } from "./contents.ts";
import { gitDataHandlers } from "./git-data.ts";
import { historyHandlers } from "./history.ts";
import { issueHandlers } from "./issues.ts";
import { labelHandlers } from "./labels.ts";
import { pullHandlers } from "./pulls.ts";
import { refHandlers } from "./refs.ts";
import { repositoryHandlers } from "./repository.ts";
import { userHandlers } from "./user.ts";

/** Lists the handlers of all operations except `rate_limit`, which the limits answer themselves. */
export const HANDLERS: Handlers = {
  ...checkHandlers,
  ...codeownersHandlers,
  ...commentHandlers,
  ...contentHandlers,
  ...gitDataHandlers,
  ...historyHandlers,
  ...issueHandlers,
  ...labelHandlers,
  ...pullHandlers,
  ...refHandlers,
  ...repositoryHandlers,
  ...statusHandlers,
  ...userHandlers,
};

/**
 * Returns the scopes of which a token needs one. An empty list means metadata, which every reader of the repository may
 * read.
 */
export function scopesOf(operation: string): readonly Scope[] {
  const [area = "", name = ""] = operation.split("/");
  if (area === "git") return ["contents"];
  if (area === "checks") return ["checks"];
  // Pushing the button writes to the base, too.
  if (operation === "pulls/merge") return ["contents"];
  if (area === "pulls") return ["pull_requests"];
  if (operation === "issues/create") return ["issues"];
  // The comments and labels of a pull request are those of an issue: either permission will do.
  if (area === "issues") return ["issues", "pull_requests"];
  if (name === "create-commit-status" || name === "get-combined-status-for-ref") return ["statuses"];
  if (operation === "repos/get") return [];
  if (area === "repos") return name.startsWith("list-pull-requests") ? ["pull_requests", "contents"] : ["contents"];
  return [];
}
