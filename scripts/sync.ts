// CI runs this when a pull request is merged: npx tsx scripts/sync.ts --env production
import { processIo } from "../src/cli/terminal/io.ts";
import { run } from "../src/cli/main.ts";

process.exitCode = await run(["sync", ...process.argv.slice(2)], processIo());
