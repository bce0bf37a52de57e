import type { FlagDefinitions } from "../../../src/core/flag/definitions.ts";
import type { Flag } from "../../../src/core/flag/flag.ts";
import type { RawRow } from "../../../src/core/row/row.ts";
import type { FlagsClient } from "../../../src/client/flags-client.ts";
import { aColourFlag, aFlag } from "../../support/flags.ts";
import { aRow } from "../../support/rows.ts";
import type { Expected, Rows } from "./precedence.ts";
import { KEYS, type Key, TAGGED } from "./settings.ts";

export function flagOf(key: Key, isEnabled: boolean): Flag {
  const tags = TAGGED.includes(key) ? ["payments"] : [];
  if (key === "checkout_button") return aColourFlag({ key, tags, enabled: isEnabled });
  const requires = key === "needs_search" ? [{ flag: "search", variants: ["on"] }] : [];
  return aFlag({ key, tags, requires, enabled: isEnabled });
}

export function rowsOf(rows: Rows): readonly RawRow[] {
  return KEYS.flatMap((key) => (rows[key] === undefined ? [] : [aRow(flagOf(key, rows[key] === "on"))]));
}

export function definitionsOf(rows: Rows): FlagDefinitions {
  return Object.fromEntries(
    KEYS.filter((key) => rows[key] !== undefined).map((key) => {
      const { name, description, owner, kind, type, variants, offVariant, tags, client } = flagOf(key, true);
      const on = key === "checkout_button" ? "blue" : "on";
      const fallback = rows[key] === "on" ? on : offVariant;
      return [key, { name, description, owner, kind, type, variants, offVariant, fallback, tags, client }];
    }),
  );
}

const DEFAULTS = { boolean: true, string: "the default" } as const;
const VALUES: Readonly<Record<Expected, unknown>> = {
  on: true,
  off: false,
  blue: "#00f",
  green: "#0f0",
  control: "grey",
  default: undefined,
};

/** Returns what a client answers, and what it should: `key=value` for each flag. */
export function answersOf(client: Pick<FlagsClient, "evaluate">): readonly string[] {
  return KEYS.map((key) => `${key}=${JSON.stringify(client.evaluate(key, defaultOf(key), { userId: "u" }).value)}`);
}

export function answersExpected(of: (key: Key) => Expected): readonly string[] {
  return KEYS.map((key) => {
    const expected = of(key);
    return `${key}=${JSON.stringify(expected === "default" ? defaultOf(key) : VALUES[expected])}`;
  });
}

function defaultOf(key: Key): boolean | string {
  return key === "checkout_button" ? DEFAULTS.string : DEFAULTS.boolean;
}
