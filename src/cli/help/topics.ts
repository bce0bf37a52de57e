import { readFileSync } from "node:fs";

/** One reference page that `hoist help` prints. */
export interface Topic {
  readonly name: string;
  readonly about: string;
  /** The page's Markdown file, relative to the root of the repository and of the package alike. */
  readonly page: string;
}

/** Lists the reference pages in the order in which `hoist --help` shows them. */
export const TOPICS: readonly Topic[] = [
  { name: "flags", about: "flag files: fields, rules, conditions, configuration", page: "flags/README.md" },
  { name: "client", about: "flags in a program: functions, options, outages, tests", page: "src/client/README.md" },
  { name: "commands", about: "every command, exit code and variable", page: "src/cli/README.md" },
  { name: "database", about: "tables, addresses, migrations, roles, SQL", page: "src/store/README.md" },
  { name: "ci", about: "pull requests, workflows, policies", page: ".github/workflows/README.md" },
];

/** Returns the Markdown of a topic's page. @throws Error when the package was built without it */
export function readPage({ page }: Topic): string {
  return readFileSync(new URL(`../../../${page}`, import.meta.url), "utf8");
}
