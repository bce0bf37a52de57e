import { connectGitHub, type GitHub } from "../../src/github/connect.ts";
import { readFilesFromGitHub } from "../../src/github/branch-files.ts";
import { type Proposal, proposalOf, type ProposalRequest } from "../../src/github/proposal.ts";
import { propose, type Proposed } from "../../src/github/propose.ts";
import { branchHead } from "../../src/github/repository.ts";
import { editableTree } from "../../src/source/edit/flag-tree.ts";
import { setInFlag } from "../../src/source/edit/set.ts";
import { flagText } from "../support/flag-tree.ts";
import { aFakeGitHub, type FakeGitHub, type FakeGitHubOptions } from "../support/github/start.ts";

export const PROPOSED_CONFIG = `environments: { development: { workTree: true }, staging: {}, production: { protected: true } }
attributes: { userId: { type: string }, userRole: { type: string }, workshopId: { type: string } }
owners: { team-checkout: "@acme/workshops", dana: "@dana", elsewhere: "@other/team", nobody: "mail@acme.dev" }
policies: { maxStep: 25% }
`;

/** What stands on main: a configuration and two flags. */
export const FILES: Readonly<Record<string, string>> = {
  "flags/_config.yaml": PROPOSED_CONFIG,
  "flags/workshop/workshop_routing.yaml": flagText({ lines: "rollout: 10%" }),
  "flags/checkout.yaml": flagText({}),
};

/** A flag that requires another. */
export const BOOKING: Readonly<Record<string, string>> = {
  "flags/booking.yaml": flagText({ lines: "requires: { workshop_routing: true }\nrollout: all" }),
};

export async function aGitHubOfFlags(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  return aFakeGitHub({ files: FILES, ...options });
}

/** Real octokit over HTTP; asks once, and waits for nothing. */
export function connected(fake: FakeGitHub, token: string = fake.userToken): GitHub {
  return connectGitHub({ token, repository: fake.repository, apiUrl: fake.apiUrl, retries: 0, timeoutMs: 2_000 });
}

/** Environment: production unless given; null for the base. */
type TestRequest = Partial<ProposalRequest> & { readonly key?: string; readonly environment?: string | null };

/** The proposal of `hoist set KEY CHANGES --env ENVIRONMENT`, without a clone. */
export async function aProposal(
  github: GitHub,
  changes: readonly string[] = ["rollout=20%"],
  request: TestRequest = {},
): Promise<Proposal> {
  const { key = "workshop_routing", environment = "production", ...others } = request;
  const head = await branchHead(github);
  const { files, isWhole } = await readFilesFromGitHub(github, head.tree, { prefix: "", key });
  const edited = setInFlag(editableTree(files), { key, environment, evenIfMasked: false }, changes);
  const today = new Date("2026-11-20T00:00:00Z");
  return proposalOf(github, edited, { head, prefix: "", isWhole }, { notes: [], today, ...others }).proposal;
}

export async function proposed(github: GitHub, changes?: readonly string[], request?: TestRequest): Promise<Proposed> {
  return propose(github, await aProposal(github, changes, request));
}

/** Every branch but main. */
export async function branches(fake: FakeGitHub): Promise<readonly string[]> {
  const names = await fake.world.git.run(["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
  return names.split("\n").filter((name) => name !== "" && name !== "main");
}

/** A file as a branch has it. */
export async function fileAt(fake: FakeGitHub, ref: string, path: string): Promise<string> {
  return `${await fake.world.git.run(["show", `${ref}:${path}`])}\n`;
}
