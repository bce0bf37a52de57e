import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { printableIo } from "../../src/cli/terminal/printable-io.ts";
import { printable } from "../../src/core/printable.ts";
import { commandNames, everyCommand, formatsOf, READING_DATABASE, silentIo } from "../support/every-command.ts";
import { type FlagDatabaseEngine, onEveryEngine } from "../support/flag-database.ts";
import { commitFlags, flagText } from "../support/flag-tree.ts";
import { hoistIn, type HoistResult } from "../support/hoist.ts";
import { aSyncedTree, type Synced } from "../support/synced.ts";
import { sqlText, typeUnguarded } from "../support/unguarded.ts";

/** What a file may contain: line breaks and the beginning of a workflow command. */
const LINES = "MARK\r\nFORGED\n::error file=f::x ##[error]\n  ::add-mask::x";
/** What a database may contain: also escape sequences, marks that reverse the direction, and zero-width spaces. */
const MARK = `${LINES}\r\u001b[31m\u001b]0;title\u0007\u009b31m\u202e\u2066\u200b\u2028\u{e0041}\u007f`;
/** What a commit may contain: no line breaks in the subject and the author. */
const SHORT = "MARK\u001b]0;title\u0007\u009b31m\u202e\u200b ##[error]";

const FLAGS = {
  edited: flagText({ lines: "rollout: 10%" }),
  broken: flagText(),
  marked: `name: ${JSON.stringify(LINES)}
description: ${JSON.stringify(LINES)}
owner: team-checkout
kind: ops
enabled: true
metadata: { note: ${JSON.stringify(LINES)} }
rules: [{ name: ${JSON.stringify(LINES)}, if: { userRole: ${JSON.stringify(LINES)} }, serve: true }]
rollout: { whitelist: { userId: [${JSON.stringify(LINES)}] } }
`,
};

async function aMarkedTree(engine: FlagDatabaseEngine): Promise<Synced> {
  const tree = await aSyncedTree(engine, FLAGS);
  const by = { name: SHORT, email: `${SHORT}@acme.dev` };
  commitFlags(
    tree.repository,
    SHORT,
    { edited: flagText({ lines: "rollout: 12%" }), marked: FLAGS.marked.replace("serve: true", "serve: false") },
    { by },
  );
  await tree.sync();
  commitFlags(tree.repository, SHORT, { edited: flagText({ lines: "rollout: 13%" }), new: FLAGS.marked }, { by });
  const json = (value: unknown) => sqlText(JSON.stringify(value));
  await typeUnguarded(
    engine,
    tree.database,
    `UPDATE feature_toggles SET rollout_strategy = 'whitelist', target_config = ${json({ [MARK]: [MARK] })}, display_name = ${sqlText(MARK)},
       description = ${sqlText(MARK)}, path = ${sqlText(MARK)}, created_by = ${sqlText(MARK)}, last_modified_by = ${sqlText(MARK)} WHERE feature_key = 'edited';
     UPDATE feature_toggles SET rollout_strategy = 'whitelist', target_config = ${json({ [MARK]: 7 })} WHERE feature_key = 'broken';
     UPDATE feature_toggle_audit SET changed_by = ${sqlText(MARK)}, notes = ${sqlText(MARK)}, source = 'sql',
       new_state = ${json({ target_config: { [MARK]: 7 } })} WHERE feature_key = 'edited';
     UPDATE flaghoist_syncs SET started_by = ${sqlText(MARK)};
     INSERT INTO flaghoist_instances (id, host, pid, epoch, revision, overrides, started_at) VALUES
       ('7d444840-9dc0-11d1-b245-5ffdce74fad2', ${sqlText(MARK)}, 1, 1, 1, ${json({ [MARK]: { variant: MARK, via: MARK }, edited: { variant: MARK, via: MARK } })}, ${sqlText(new Date().toISOString())}),
       ('7d444840-9dc0-11d1-b245-5ffdce74fad3', ${sqlText(MARK)}, 1, 1, 1, '[]', ${sqlText(new Date().toISOString())})`,
  );
  return tree;
}

/** Returns the lines of an output that data made: printed raw, or beginning in the middle of a value. */
function forgedIn({ out, err }: HoistResult): readonly string[] {
  return `${out}\n${err}`
    .split("\n")
    .filter(
      (line) =>
        printable(line.replaceAll("\t", "")) !== line.replaceAll("\t", "") || /^\s*::|##\[|^\s*FORGED/.test(line),
    );
}

function withoutAnnotations(result: HoistResult): HoistResult {
  const own = /^::(?:error|warning) file=flags\/[\w.]+,line=\d+,.*$/gm;
  return { ...result, out: result.out.replace(own, ""), err: result.err.replace(own, "") };
}

/** The commands that show overrides of the shell. */
const SHOWING_OVERRIDES = ["status", "why", "env check"];

test("every command is tested here", () => {
  expect(Object.keys(everyCommand([])).toSorted()).toEqual(commandNames().toSorted());
});

onEveryEngine((engine) => {
  test("what commands print about hostile data has no control characters, no workflow commands and no lines that the data made", {
    timeout: 240_000,
  }, async () => {
    const { repository, database } = await aMarkedTree(engine);
    mkdirSync(join(repository.folder, "elsewhere"));
    const job = { FLAGS_ENV: "production", FLAGS_DATABASE_URL: database.url, GITHUB_ACTIONS: "true" };
    const overridden = { ...job, FEATURE_EDITED: MARK, FLAGS_KILL: MARK, FEATURE_NEW: `{${MARK}` };
    const showing = new Set<string>();
    const isTested = (name: string) => engine.name === "SQLite" || READING_DATABASE.includes(name);
    for (const [name, calls] of Object.entries(everyCommand(["edited", "broken", "marked"])).filter(([name]) =>
      isTested(name),
    )) {
      const hoist = hoistIn(repository.folder, SHOWING_OVERRIDES.includes(name) ? overridden : job);
      for (const args of calls.flatMap((call) => formatsOf(name, call))) {
        const result = await hoist(...name.split(" "), ...args);
        const shown = { command: [name, ...args].join(" "), forged: forgedIn(withoutAnnotations(result)) };
        expect.soft(shown).toEqual({ ...shown, forged: [] });
        if (/MARK/.test(result.out + result.err)) showing.add(name);
      }
    }
    expect([...showing]).toEqual(expect.arrayContaining([...READING_DATABASE]));
  });
});

test("a text with the colours of the command keeps them, and nothing else", () => {
  const coloured = (_: string, text: string) => `\u001b[31m${text}\u001b[39m`;
  const printed: string[] = [];
  const io = printableIo({ ...silentIo(), out: (text) => printed.push(text), style: coloured });
  io.out(`${coloured("red", "a")}\u001b[2J\u009b31m\n\tb\u202e`);
  expect(printed).toEqual(["\u001b[31ma\u001b[39m\\u001b[2J\\u009b31m\n\tb\\u202e"]);
  printableIo({ ...silentIo(), out: (text) => printed.push(text) }).out("\u001b[31ma");
  expect(printed.at(-1)).toBe("\\u001b[31ma");
});
