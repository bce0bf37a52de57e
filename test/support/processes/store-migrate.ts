import { migrateStore } from "../../../src/store/open.ts";

/** Migrates one database and prints the result, when the parent process gives the signal. */
const [url = "", environment = ""] = process.argv.slice(2);
process.stdin.once("data", () => {
  migrateStore(url, environment).then(
    (report) => process.stdout.write(JSON.stringify(report), () => process.exit(0)),
    (error: unknown) => process.stderr.write(String(error), () => process.exit(1)),
  );
});
process.stdout.write("ready\n");
