import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { sourceFiles } from "./imports.ts";

/** Lists the functions of node:fs that any file may use: they look something up, and neither open nor write a file. */
const LOOKUPS = new Set(["lstat", "readdir", "realpath", "realpathSync", "stat", "statSync"]);

/** Lists the other uses of node:fs outside src/files/, with the reason. The names of a folder end with a slash. */
const EXCEPTIONS: readonly { readonly of: string; readonly names: readonly string[]; readonly reason: string }[] = [
  {
    of: "store/sqlite/",
    names: ["accessSync", "constants", "existsSync", "mkdirSync", "closeSync", "openSync", "chmodSync"],
    reason: "SQLite itself opens and writes the database; this code prepares the file and explains its errors",
  },
  { of: "store/address.ts", names: ["existsSync"], reason: "looks for a folder upwards" },
  { of: "store/migrations.ts", names: ["readFileSync"], reason: "a file of this package" },
  { of: "store/postgres/rights/schema-objects.ts", names: ["readFileSync"], reason: "a file of this package" },
  { of: "cli/help/topics.ts", names: ["readFileSync"], reason: "a file of this package" },
];

const MODULE = String.raw`["'](?:node:)?fs(?:/promises)?["']`;
const NAMED = new RegExp(String.raw`(?:import|export)\s*\{([^}]*)\}\s*from\s*${MODULE}`, "g");
const WHOLE = new RegExp(
  String.raw`(?:import|export)\s+(?!\{)[^;'"]*from\s*${MODULE}|(?:import|require|getBuiltinModule)\s*\(\s*${MODULE}`,
);

/**
 * Returns every use of node:fs outside `files/` that could open or write a file, so that no file is written or read without
 * the checks and limits of that folder.
 */
export async function fileAccess(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of sourceFiles(folder)) {
    if (file.startsWith("files/")) continue;
    const loader = file.endsWith("x") ? "tsx" : file.endsWith(".ts") ? "ts" : "js";
    const { code } = await transform(readFileSync(join(folder, file), "utf8"), { loader, legalComments: "none" });
    const allowed = EXCEPTIONS.filter(({ of }) => (of.endsWith("/") ? file.startsWith(of) : file === of));
    const names = [...code.matchAll(NAMED)].flatMap(([, list = ""]) =>
      list.split(",").flatMap((each) => each.trim().split(/\s+as\s+/)[0] || []),
    );
    for (const name of names) {
      if (LOOKUPS.has(name) || allowed.some((exception) => exception.names.includes(name))) continue;
      found.push(`${file} uses ${name} of node:fs`);
    }
    if (WHOLE.test(code)) found.push(`${file} imports all of node:fs`);
  }
  return found;
}
