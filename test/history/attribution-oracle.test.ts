import { expect, test } from "vitest";
import { openRepository } from "../../src/history/repository.ts";
import { aRepository, DANA, gitTestEnvironment, LEE, type TestRepository } from "../support/repository.ts";

/** How many histories are made up; `FULL=1` for the long run. */
const ROUNDS = process.env["FULL"] ? 60 : 4;
const SEED = Number(process.env["SEED"] ?? 20_261_121);

const PATHS = ["flags/a.yaml", "flags/b.yaml", "flags/c.yaml", "flags/sub/d.yaml"];

/** mulberry32: small, seeded, good enough to make up histories. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Branches that fork anywhere, merge each other and the main line, and are merged in any order. */
function makeHistory(repository: TestRepository, random: (below: number) => number): void {
  const branches = ["main"];
  for (const path of PATHS) repository.write(path, "0\n");
  repository.commit("Begin (#1)");
  for (let step = 2; step < 32; step += 1) {
    const branch = branches[random(branches.length)] ?? "main";
    const what = random(10);
    repository.checkout(branch);
    if (what < 2) {
      repository.branch(`branch-${step}`);
      branches.push(`branch-${step}`);
    } else if (what < 6 || branches.length === 1) {
      const path = PATHS[random(PATHS.length)] ?? "";
      repository.write(path, `${step}\n`);
      repository.commit(`Step ${step} (#${step})`, { by: random(2) === 0 ? DANA : LEE });
    } else {
      const into = what < 8 ? "main" : branch;
      const from = branches.filter((name) => name !== into)[random(branches.length - 1)] ?? "main";
      repository.checkout(into);
      const subject = `Merge pull request #${step} from acme/${from}`;
      // Conflicts are resolved for one side, as people do.
      repository.git(
        "merge",
        "--quiet",
        "--no-ff",
        "-X",
        random(2) === 0 ? "ours" : "theirs",
        `--message=${subject}`,
        from,
      );
    }
  }
  repository.checkout("main");
}

/** The definition, step by step and slowly: many git processes, no cleverness. */
function expected(repository: TestRepository, path: string): string {
  const line = repository.git("rev-list", "--first-parent", "main").split("\n");
  for (const commit of line) {
    const parents = repository.git("rev-list", "--parents", "-n1", commit).split(" ").slice(1);
    const [first] = parents;
    if (first === undefined) return commit;
    if (repository.git("diff", "--name-only", first, commit, "--", path) === "") continue;
    if (parents.length === 1) return commit;
    const brought = repository
      .git("rev-list", "--topo-order", "--no-merges", commit, `^${first}`)
      .split("\n")
      .filter(Boolean);
    const touching = brought.find((sha) => repository.git("diff", "--name-only", `${sha}^`, sha, "--", path) !== "");
    return touching ?? commit;
  }
  return "";
}

test(`generated histories are attributed as by the slow reference implementation (SEED=${SEED})`, async () => {
  const random = generator(SEED);
  for (let round = 0; round < ROUNDS; round += 1) {
    const repository = aRepository();
    makeHistory(repository, random);
    const opened = await openRepository(repository.folder, gitTestEnvironment(repository.folder));
    const changes = await opened.lastChanges(PATHS, { from: null, to: "main" });
    const graph = repository.git("log", "--graph", "--oneline", "--all", "--name-only");
    for (const path of PATHS) {
      expect(changes.get(path)?.sha, `round ${round}, ${path}\n${graph}`).toBe(expected(repository, path));
    }
  }
});
