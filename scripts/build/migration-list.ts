import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The path of the generated list, relative to the repository. */
export const MIGRATION_LIST = "src/store/migration-list.ts";
const FOLDER = "src/store/migrations";

/**
 * Returns the text of the list of migrations, from the folder of each engine. The list is part of the code, because a client
 * that an application has bundled needs the schema version and does not have the folders.
 *
 * @throws Error if the engines have different migrations, or if a migration does not begin with its oldest reader
 */
export function migrationListText(root: string): string {
  const [first, ...others] = readdirSync(join(root, FOLDER)).map((engine) => migrationsIn(root, engine));
  if (first === undefined) throw new Error(`${FOLDER} is empty`);
  const list = first.lines.join("\n");
  for (const other of others) {
    if (other.lines.join("\n") === list) continue;
    throw new Error(`${first.engine} and ${other.engine} must have migrations with the same names and oldest readers`);
  }
  return `// Generated from migrations/ by \`npm run generate\`. Do not edit.

/**
 * Lists the migrations in order; the nth one leads to schema version n. \`oldestReader\` is the oldest schema version whose
 * programs can use a database after the migration.
 */
export const MIGRATIONS = [
${list}
] as const;
`;
}

function migrationsIn(root: string, engine: string) {
  const names = readdirSync(join(root, FOLDER, engine)).sort();
  const lines = names.map((file, index) => {
    const name = file.replace(/\.sql$/, "");
    const version = index + 1;
    if (!name.startsWith(`${String(version).padStart(4, "0")}_`)) {
      throw new Error(`${engine}/${file}: the name must begin with the version, e.g. 0003_name.sql`);
    }
    const text = readFileSync(join(root, FOLDER, engine, file), "utf8");
    // The first migration has no such line; nothing older exists.
    const found = version === 1 ? "1" : /^-- Oldest reader: (\d+)\n/.exec(text)?.[1];
    if (found === undefined || Number(found) < 1 || Number(found) > version) {
      throw new Error(`${engine}/${file}: the first line must be "-- Oldest reader: N", where N is 1 to ${version}`);
    }
    return `  { name: ${JSON.stringify(name)}, oldestReader: ${found} },`;
  });
  return { engine, lines };
}
