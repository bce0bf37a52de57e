import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { progressOf, type Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

export function testCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist test", "hoist test checkout_button", "hoist test --format json"];
  return hoistCommand("test", "run the tests that stand in the flag files", examples, io)
    .argument("[keys...]", "only these flags")
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (keys, options) => {
      const { checkFiles } = await import("../../source/read/check-files.ts");
      const checked = await checkFiles(
        { folder: flagsFolder(io, options.cwd), ref: null },
        { progress: progressOf(io), today: io.now().toISOString().slice(0, 10), onlyTestsOf: keys },
      );
      const { report } = await import("./report.ts");
      done(report(io, checked, options.format));
    });
}
