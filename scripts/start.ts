// Shows the main commands on the example flags: validate, plan, sync to the embedded database, evaluate, override.
// Needs no git history, network or server. Ignores the settings of the shell, so that it cannot reach a real database.
import { fileURLToPath } from "node:url";
import { processIo, type Io } from "../src/cli/terminal/io.ts";
import { run } from "../src/cli/main.ts";
import { tableText } from "../src/cli/terminal/layout.ts";
import { createFlags, type EvaluationContext, type FlagsClient } from "../src/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const database = `file:${root}.flaghoist/development.db`;
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(FLAGS_|FEATURE_)/.test(name)));
const io: Io = { ...processIo(), cwd: root, env };

/** Runs one command as it would be typed. Stops the tour when its exit code is unexpected. */
async function show(command: string, expected: readonly number[]): Promise<void> {
  io.out(`\n${io.style("bold", `$ hoist ${command}`)}`);
  const code = await run(command.split(" "), { ...io, env: { ...env, FLAGS_DATABASE_URL: database } });
  if (!expected.includes(code)) process.exit(code);
}

const QUESTIONS: readonly (readonly [string, EvaluationContext])[] = [
  ["workshop_routing", { userId: "user-42", userRole: "admin" }],
  ["workshop_routing", { userId: "user-11", postalCode: "M5V", appVersion: "5.6.0" }],
  ["workshop_routing", { userId: "user-4" }],
  ["workshop_routing", { userId: "user-1" }],
  ["workshop_admin_panel", { userId: "user-42", userRole: "customer" }],
  ["checkout_button", { userId: "user-42" }],
  ["voice_logging", {}],
];

function answersText(flags: FlagsClient): string {
  const rows = QUESTIONS.map(([key, context]) => {
    const { value, reason, metadata } = flags.evaluate(key, undefined, context);
    const why = [metadata.rule, metadata.override].filter((text) => text !== undefined).join(", ");
    return [key, JSON.stringify(context), "→", io.style("bold", JSON.stringify(value)), reason, why];
  });
  return tableText(rows, "  ");
}

async function asking<Result>(overrides: Record<string, string>, ask: (flags: FlagsClient) => Result): Promise<Result> {
  const settings = { FLAGS_DATABASE_URL: database, ...overrides };
  const flags = await createFlags({
    env: settings,
    environment: "development",
    snapshotFile: false,
    heartbeat: false,
    logger: false,
  });
  try {
    return ask(flags);
  } finally {
    await flags.close();
  }
}

await show("validate", [0]);
await show("plan --work-tree", [0, 2]);
await show("sync --work-tree", [0]);

io.out(`\n${io.style("bold", "A program evaluates in memory, from a snapshot of that table:")}`);
io.out(await asking({}, answersText));

const override = { FEATURE_VOICE_LOGGING: "false", FLAGS_KILL: "workshop_*" };
const shell = "FEATURE_VOICE_LOGGING=false FLAGS_KILL='workshop_*'";
io.out(`\n${io.style("bold", `The same with ${shell}, as on-call would set it:`)}`);
io.out(await asking(override, answersText));

io.out(`
${io.style("bold", "Next:")}
${tableText(
  [
    ["npx hoist why workshop_routing --user user-42 --context userRole=admin", "explains one answer step by step"],
    ["npx hoist kill workshop_routing", "the exact lines that switch it off"],
    ["npx hoist status", "git, table, overrides and instances side by side"],
    ["edit flags/workshop/workshop_routing.yaml, then npx hoist plan --work-tree", "what the edit would change"],
    ["npx hoist help", "all commands and reference pages"],
  ],
  "  ",
)}`);
