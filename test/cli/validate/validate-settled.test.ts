import { expect, test } from "vitest";
import { aFlagRepository, flagPath } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";

const FLAG = `name: A flag
description: What it switches.
owner: team-checkout
kind: release
expires: 2999-03-01
enabled: true
rollout: 50%
`;

async function saidIn(folder: string, ...args: readonly string[]): Promise<unknown> {
  const { code, out } = await hoistIn(folder)("validate", "--format", "json", ...args);
  expect(code).toBe(0);
  const { diagnostics } = JSON.parse(out) as { readonly diagnostics: readonly { readonly message: string }[] };
  return diagnostics.map(({ message }) => message);
}

test("a finished release is reported with the commit that finished it, in the work tree and in a commit", async () => {
  const repository = aFlagRepository({ checkout: FLAG });
  expect(await saidIn(repository.folder)).toEqual([]);
  repository.write(flagPath("checkout"), FLAG.replace("50%", "all"));
  const over = "every environment serves true to everyone";
  // No commit has it yet.
  expect(await saidIn(repository.folder)).toEqual([over]);
  const commit = repository.commit("Checkout for everyone (#7)");
  repository.write("README.md", "Something else.");
  repository.commit("Say something else (#8)");
  const dated = expect.stringMatching(
    /^every environment serves true to everyone, unchanged since \d{4}-\d\d-\d\d \(.+@.+, #7\)$/,
  );
  expect(await saidIn(repository.folder)).toEqual([dated]);
  expect(await saidIn(repository.folder, "--commit", commit)).toEqual([dated]);
});
