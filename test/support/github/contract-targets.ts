import { createEmulator } from "emulate";
import { plainOctokit, type ContractGitHub } from "./contract.ts";
import { startFakeGitHub } from "./start.ts";

/** Starts the server that the other tests use. The clean-up after the cases is tested on it first. */
export async function ourGitHub(): Promise<ContractGitHub> {
  const server = await startFakeGitHub({ files: { "README.md": "Flags\n" } });
  const github = contract(server.apiUrl, "acme", "flags", server.userToken);
  return {
    ...github,
    async close() {
      await cleanUp(github);
      const here = { owner: "acme", repo: "flags" };
      const refs = await github.octokit.rest.repos.listBranches(here);
      const open = await github.octokit.rest.issues.listForRepo(here);
      const left = [...refs.data.map(({ name }) => name), ...open.data.map(({ title }) => title)];
      await server.close();
      if (left.join() !== "main") throw new Error(`left behind: ${left.join(", ")}`);
    },
  };
}

/** Starts the independent implementation of the same API in the package emulate. */
export async function emulatedGitHub(): Promise<ContractGitHub> {
  const token = "ghp_contract";
  const emulator = await createEmulator({
    service: "github",
    port: 0,
    seed: {
      tokens: { [token]: { login: "dana", scopes: ["repo", "user"] } },
      github: {
        users: [{ login: "dana" }, { login: "lee" }],
        orgs: [{ login: "acme", name: "Acme", members: [{ login: "dana", role: "admin" }] }],
        repos: [{ owner: "acme", name: "flags", auto_init: true }],
      },
    },
  });
  return { ...contract(emulator.url, "acme", "flags", token), close: () => emulator.close() };
}

/** Returns the real GitHub. Everything that the cases create is removed; the default branch is never changed. */
export function realGitHub(token: string, repository: string): ContractGitHub {
  const [owner = "", repo = ""] = repository.split("/");
  const github = contract(process.env["GITHUB_API_URL"] ?? "https://api.github.com", owner, repo, token);
  return { ...github, patienceMs: 10_000, close: () => cleanUp(github) };
}

/** Removes the branches and issues of the cases. Pull requests are closed with their branches. */
async function cleanUp({ octokit, owner, repo, branches, issues }: Omit<ContractGitHub, "close">): Promise<void> {
  for (const branch of branches) {
    // Many of them were deleted, or never made.
    await octokit.rest.git.deleteRef({ owner, repo, ref: `heads/${branch}` }).catch(() => {});
  }
  for (const issue_number of issues) {
    await octokit.rest.issues.update({ owner, repo, issue_number, state: "closed" });
  }
}

function contract(apiUrl: string, owner: string, repo: string, token: string): Omit<ContractGitHub, "close"> {
  const misfits = new Set<string>();
  const octokit = plainOctokit(apiUrl, token, misfits);
  return { apiUrl, patienceMs: 0, owner, repo, token, octokit, misfits, branches: new Set(), issues: new Set() };
}
