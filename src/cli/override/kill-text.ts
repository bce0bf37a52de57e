import { variableOf } from "../../core/override/override-text.ts";
import type { Style } from "../terminal/io.ts";
import { padded } from "../terminal/table.ts";

export interface KillWay {
  readonly where: string;
  /** What to paste. */
  readonly line: string;
  readonly takesEffect: string;
}

export interface KillLines {
  readonly key: string;
  readonly variable: string;
  readonly ways: readonly KillWay[];
  /** One pattern for the whole family, where there is one. */
  readonly family: { readonly pattern: string; readonly line: string; readonly keys: readonly string[] } | null;
}

/** Every way to switch a flag off, nearest first: none of them needs git, and most need no database either. */
export function killLines(key: string, keys: readonly string[]): KillLines {
  const variable = variableOf(key);
  const sql = `UPDATE feature_toggles SET enabled = false WHERE feature_key = '${key}'`;
  return {
    key,
    variable,
    ways: [
      {
        where: "this shell",
        line: `export ${variable}=false`,
        takesEffect: "then restart the process: as long as its start takes",
      },
      {
        where: "no restart",
        // A file whose last line has no end would swallow a line that is merely appended.
        line: `printf '\\n%s\\n' '${variable}=false' >> "$FLAGS_OVERRIDE_FILE"`,
        takesEffect: "about 2 s, where the process was started with that variable",
      },
      {
        where: "Kubernetes",
        line: `kubectl set env deployment/NAME ${variable}=false`,
        takesEffect: "as long as a rollout takes",
      },
      {
        where: "compose",
        line: `${variable}: "false"`,
        takesEffect: "under environment:, then  docker compose up -d SERVICE",
      },
      {
        where: "everywhere",
        line: `psql "$FLAGS_DATABASE_URL" -c "${sql}"`,
        takesEffect: "about 1 s; stays off until released",
      },
      {
        where: "embedded",
        // Without a timeout the shell gives up as soon as somebody else is writing.
        line: `sqlite3 -cmd '.timeout 5000' .flaghoist/ENV.db "${sql}"`,
        takesEffect: "about 1 s; stays off until released",
      },
      {
        where: "in git",
        line: `hoist set ${key} enabled=false --env ENV --pr`,
        takesEffect: "then merge the pull request: as long as your pipeline takes",
      },
    ],
    family: familyOf(key, keys),
  };
}

/** `workshop_*` for `workshop_routing`, when others begin so too. */
function familyOf(key: string, keys: readonly string[]): KillLines["family"] {
  const prefix = /^[a-z0-9]+[_-]/.exec(key)?.[0];
  if (prefix === undefined) return null;
  const family = keys.filter((other) => other.startsWith(prefix)).sort();
  const pattern = `${prefix}*`;
  return family.length < 2 ? null : { pattern, line: `FLAGS_KILL='${pattern}'`, keys: family };
}

/** A line to paste stands alone: it stays whole however narrow the terminal is. */
export function killText({ key, ways, family }: KillLines, style: Style): string {
  const width = Math.max(...ways.map(({ where }) => where.length));
  const blocks = ways.map(({ where, line, takesEffect }) => {
    return `  ${padded(where, width)}  ${style("dim", takesEffect)}\n    ${style("bold", line)}`;
  });
  const all =
    family === null
      ? []
      : ["", `All of ${family.pattern}:  ${family.line}  (${family.keys.length} flags, and later ones)`];
  return [
    `Switches ${key} off in every process that sees it, whatever git and the table say.`,
    "",
    ...blocks,
    ...all,
  ].join("\n");
}
