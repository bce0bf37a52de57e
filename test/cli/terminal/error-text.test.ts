import { expect, test } from "vitest";
import { examplesText } from "../../../src/cli/terminal/examples.ts";
import { errorText, usageText } from "../../../src/cli/terminal/error-text.ts";
import { FlagError } from "../../../src/core/errors.ts";

const plain = (_: string, text: string) => text;

test("an error in a narrow terminal wraps prose, never commands, and puts notes below commands", () => {
  const hint = "hoist set checkout rollout=30% --base        the file's own rollout, for environments without one";
  const error = new FlagError("USAGE", "staging and production have their own rollout, so this would not reach them", {
    hint,
  });
  expect(errorText(error, 9, plain, 60)).toBe(`error  staging and production have their own rollout, so
       this would not reach them
       hoist set checkout rollout=30% --base
           the file's own rollout, for environments without one
       exit 9 (USAGE)`);
  expect(errorText(error, 9, plain).split("\n")[1]).toBe(`       ${hint}`);
});

test("errors of the option parser look like all others", () => {
  expect(usageText("error: unknown command 'synch'\n(Did you mean sync?)\n", plain)).toBe(
    `error  unknown command 'synch'\n       did you mean "sync"?`,
  );
});

test("an example that is too wide continues on the next line, never inside quotes", () => {
  const example = "hoist set checkout tags=shop description='Which colour sells best.'";
  expect(examplesText([example], 60)).toBe(
    "  $ hoist set checkout tags=shop \\\n      description='Which colour sells best.'",
  );
  expect(examplesText([example], 100)).toBe(`  $ ${example}`);
});
