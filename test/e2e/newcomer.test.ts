import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hoistIn } from "../support/hoist.ts";
import { aRepository } from "../support/repository.ts";

test("a new user can run init, add a flag, fix a mistake by its error, and use tests, sync, why, set and log", async () => {
  const repository = aRepository();
  repository.write("src/app.js", "console.log('hello');\n");
  repository.commit("An application (#1)");
  const hoist = hoistIn(repository.folder);
  const done = async (...args: readonly string[]) => {
    const result = await hoist(...args);
    expect(result, `hoist ${args.join(" ")}\n${result.out}\n${result.err}`).toMatchObject({ code: 0 });
    return result.out;
  };

  // init, and what it says to do next.
  const started = await done("init", "--owner", "team-shop");
  expect(started).toContain("hoist validate");
  await done("validate");

  // A flag of one's own.
  const about = ["--name", "New checkout", "--description", "The checkout on one page."];
  const rest = ["--owner", "team-shop", "--kind", "release", "--expires", "2027-06-01"];
  const made = await done("new", "new_checkout", ...about, ...rest);
  expect(made).toContain("✓ flags/new_checkout.yaml");
  expect(made).toContain("hoist test new_checkout");
  await done("test", "new_checkout");
  // The editor knows the new flag already.
  await done("schema", "--check");

  // Edited by hand, with a mistake: the error names the place and the way out.
  const file = join(repository.folder, "flags/new_checkout.yaml");
  const text = readFileSync(file, "utf8");
  const rule = "rules:\n  - name: staff first\n    if: { segment: staf }\nrollout: all #";
  writeFileSync(file, text.replace("rollout: all #", rule));
  const wrong = await hoist("validate");
  expect(wrong.code).toBe(3);
  expect(wrong.out).toContain("flags/new_checkout.yaml:10:20  error");
  const [, meant = ""] = /did you mean "(\w+)"\?/.exec(wrong.out) ?? [];
  expect(meant).toBe("staff");
  writeFileSync(file, readFileSync(file, "utf8").replace("staf }", `${meant} }`));
  await done("validate");
  await done("test");

  // Committed, synced, asked.
  repository.commit("New checkout, on in development (#2)");
  await done("sync", "--env", "development");
  const why = await done("why", "new_checkout", "--user", "user-42", "--env", "development");
  expect(why).toMatch(/^true {3}\(variant on/);

  // The first step in production, which is off so far: the tool says so, and the line that it prints works.
  const stepped = await done("rollout", "new_checkout", "10%", "--env", "production");
  const [, line = ""] = /so this has no effect there until you run: hoist (.*)/.exec(stepped) ?? [];
  const enabled = await done(...line.split(" "));
  expect(enabled).toContain("production  disabled → enabled");
  await done("validate", "--base", "HEAD", "--work-tree");
  repository.commit("New checkout for 10 % in production (#3)");
  const synced = await done("sync", "--env", "production");
  expect(synced).toContain("2 created");

  // On to half of everyone: the step is refused until somebody says that it is meant.
  const half = await done("rollout", "new_checkout", "50%", "--env", "production");
  const [, id = ""] = /acknowledge: \{ production: "([0-9a-f]{8})"/.exec(half) ?? [];
  repository.commit("Half, too early (#4)");
  expect((await hoist("sync", "--env", "production")).code).toBe(5);
  await done("set", "new_checkout", `acknowledge.production=${id}`, "acknowledge.reason=no complaints");
  repository.commit("Half of everyone (#5)");
  await done("sync", "--env", "production");

  // What happened, in order; and back again.
  const log = await done("log", "new_checkout");
  for (const words of ["#2", "#3", "10 %", "50 %"]) expect(log).toContain(words);
  const back = await done("rollback", "new_checkout", "--env", "production");
  expect(back).toContain("50 % → 10 % of everyone");
  expect(back).toContain("the acknowledgement for production was removed, because it confirmed a different change");
  repository.commit("Back to 10 % (#6)");
  await done("sync", "--env", "production");
  expect((await hoist("plan", "--env", "production")).code).toBe(0);
});
