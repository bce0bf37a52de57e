import type { FlagKey } from "../core/flag/flag.ts";
import { clipped } from "./report/escape.ts";
import type { ChangeReport } from "../impact/report.ts";
import { digest } from "../source/load/digest.ts";
import type { Edited } from "../source/edit/edit-result.ts";
import { meaningsOf, touchedEnvironments } from "../source/edit/meanings.ts";
import type { GitHub } from "./connect.ts";
import { plain } from "./plain.ts";
import { bodyOf } from "./proposal-body.ts";
import { titleOf } from "./proposal-title.ts";
import type { Proposal } from "./propose.ts";
import { reviewersOf } from "./reviewers.ts";
import type { Tip } from "./tip.ts";

/** Who wants a change, and why. */
export interface Wish {
  readonly key: FlagKey;
  /** Where the flag is found before the edit, when its key changes. */
  readonly formerKey?: FlagKey | undefined;
  /** The reason, in the words of whoever asks. */
  readonly note?: string | undefined;
  /** Who asks, where that is not who the token belongs to. */
  readonly requestedBy?: string | undefined;
  /** Anything else a reviewer should know, one line each. */
  readonly notes: readonly string[];
}

/** Where the edit was made from. */
export interface Ground {
  readonly tip: Tip;
  /** The folder that holds `flags/`, from the top of the repository: "" or `apps/shop/`. */
  readonly prefix: string;
  /** False where flags that require the edited one were not looked at. */
  readonly isWhole: boolean;
}

const LABEL = "feature-flags";
const MOST_SUBJECT = 500;

/** An edit as a pull request: everything that is said of it, and whom it asks. */
export function proposalOf(
  { owner }: Pick<GitHub, "owner">,
  edited: Edited,
  report: ChangeReport,
  ground: Ground,
  wish: Wish,
): { readonly proposal: Proposal; readonly warnings: readonly string[] } {
  const { key, formerKey = key, requestedBy, note } = wish;
  const environments = touchedEnvironments(edited, key, formerKey);
  const isNew = edited.edits.every(({ from }) => from === null);
  const title = titleOf(key, formerKey, isNew, meaningsOf(edited, key, formerKey));
  const { reviewers, warnings } = reviewersOf(edited, key, formerKey, owner);
  // Each on one line, who asks at the end: git reads trailers from the last paragraph, and no note shall write one.
  const message = [
    title,
    ...(note === undefined ? [] : [`Why: ${clipped(plain(note), MOST_SUBJECT)}`]),
    ...(requestedBy === undefined ? [] : [`Requested-by: ${clipped(plain(requestedBy), MOST_SUBJECT)}`]),
  ].join("\n\n");
  const proposal: Proposal = {
    tip: ground.tip,
    branch: branchOf(key, environments, edited),
    title,
    body: bodyOf(edited, report, ground, wish),
    message,
    prefix: ground.prefix,
    edits: edited.edits,
    labels: [LABEL, ...environments],
    reviewers,
  };
  return { proposal, warnings };
}

/** Says what it does, and is the same for whoever asks for the same. */
function branchOf(key: FlagKey, environments: readonly string[], { edits }: Edited): string {
  const content = digest(JSON.stringify(edits.map(({ from, to, after }) => [from, to, after])));
  const [only] = environments;
  const where = environments.length === 1 && only !== undefined ? `-${only}` : "";
  return `hoist/${key}${where}-${content}`;
}
