import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { formatOption, hoistCommand, type Done } from "../command.ts";
import { progressOf, todayOf, type Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

/** Creates the command `hoist test`. */
export function testCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist test", "hoist test checkout_button", "hoist test --format json"];
  return hoistCommand("test", "run the tests in the flag files", examples, io)
    .argument("[keys...]", "flags whose tests to run (default: all)")
    .addOption(formatOption)
    .action(async (keys, options) => {
      const { checkFiles } = await import("../../source/read/check-files.ts");
      const { report } = await import("./report.ts");
      const origin = { folder: flagsFolder(io, options.cwd), ref: null };
      const checked = await checkFiles(origin, { progress: progressOf(io), today: todayOf(io), onlyTestsOf: keys });
      done(report(io, checked, options.format));
    });
}
