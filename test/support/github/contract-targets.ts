import { createEmulator } from "emulate";
import { plainOctokit, type ContractGitHub } from "./contract.ts";
import { startFakeGitHub } from "./start.ts";

/** The server that the other tests use. */
export async function ourGitHub(): Promise<ContractGitHub> {
  const github = await startFakeGitHub({ files: { "README.md": "Flags\n" } });
  return { ...contract(github.apiUrl, "acme", "flags", github.userToken), close: github.close };
}

/** Somebody else's idea of the same API. */
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

/** The original. What the cases made there is taken away again; the default branch is never touched. */
export function realGitHub(token: string, repository: string): ContractGitHub {
  const [owner = "", repo = ""] = repository.split("/");
  const github = contract(process.env["GITHUB_API_URL"] ?? "https://api.github.com", owner, repo, token);
  return {
    ...github,
    patienceMs: 10_000,
    async close() {
      const { octokit } = github;
      for (const branch of github.branches) {
        // Many of them were deleted, or never made.
        await octokit.rest.git.deleteRef({ owner, repo, ref: `heads/${branch}` }).catch(() => {});
      }
      for (const issue_number of github.issues) {
        await octokit.rest.issues.update({ owner, repo, issue_number, state: "closed" });
      }
    },
  };
}

function contract(apiUrl: string, owner: string, repo: string, token: string): Omit<ContractGitHub, "close"> {
  const misfits = new Set<string>();
  const octokit = plainOctokit(apiUrl, token, misfits);
  return { apiUrl, patienceMs: 0, owner, repo, token, octokit, misfits, branches: new Set(), issues: new Set() };
}
