// CI runs this on a pull request: npx tsx scripts/validate.ts --format github --base origin/main
import { processIo } from "../src/cli/terminal/io.ts";
import { run } from "../src/cli/main.ts";

process.exitCode = await run(["validate", ...process.argv.slice(2)], processIo());
