import { own } from "../../../core/own.ts";
import { readFileSync } from "node:fs";
import { MIGRATIONS } from "../../migration-list.ts";

/** A function as the migrations define it. */
export interface SchemaFunction {
  readonly name: string;
  /** The types of its parameters, as ALTER FUNCTION takes them. */
  readonly parameters: string;
  readonly language: string;
  readonly volatility: "IMMUTABLE" | "STABLE" | "VOLATILE";
  readonly isDefiner: boolean;
  readonly config: string;
  readonly body: string;
  /** The statement that creates or replaces it. */
  readonly sql: string;
}

/** A trigger as the migrations define it. */
export interface SchemaTrigger {
  readonly name: string;
  readonly table: string;
  readonly function: string;
  /** The bits of `pg_trigger.tgtype`. */
  readonly type: number;
  /** The columns of `UPDATE OF`, separated by commas; empty for all. */
  readonly columns: string;
  /** The names of the transition tables, as `old,new`. */
  readonly transitions: string;
  /** The statement that creates it. */
  readonly sql: string;
}

/** Functions and triggers of the newest schema version. */
export interface SchemaObjects {
  readonly functions: readonly SchemaFunction[];
  readonly triggers: readonly SchemaTrigger[];
}

const FUNCTION =
  /CREATE (?:OR REPLACE )?FUNCTION (?:\{schema\}\.)?(\w+)\s*\(([^)]*)\)\s*RETURNS (\w+)\s+LANGUAGE (\w+)([\s\S]*?)\s+AS \$\$([\s\S]*?)\$\$/g;
const TRIGGER =
  /CREATE TRIGGER (\w+) (BEFORE|AFTER) ([A-Za-z_, ]+?) ON (?:\{schema\}\.)?(\w+)\s([\s\S]*?)EXECUTE FUNCTION (?:\{schema\}\.)?(\w+)\(\);/g;
const TYPE_BITS: Readonly<Record<string, number>> = {
  BEFORE: 2,
  INSERT: 4,
  DELETE: 8,
  UPDATE: 16,
  TRUNCATE: 32,
};

/** Reads the functions and triggers from the migrations; a later definition replaces an earlier one. @param schema  as SQL writes it */
export function schemaObjects(schema: string): SchemaObjects {
  const functions = new Map<string, SchemaFunction>();
  const triggers = new Map<string, SchemaTrigger>();
  for (const { name } of MIGRATIONS) {
    const file = new URL(`../../migrations/postgres/${name}.sql`, import.meta.url);
    const text = readFileSync(file, "utf8").replaceAll("\r\n", "\n");
    for (const match of text.matchAll(FUNCTION)) {
      const found = functionOf(match, schema);
      functions.set(found.name, found);
    }
    for (const match of text.matchAll(TRIGGER)) {
      const found = triggerOf(match, schema);
      triggers.set(`${found.table} ${found.name}`, found);
    }
  }
  return { functions: [...functions.values()], triggers: [...triggers.values()] };
}

function functionOf(match: RegExpExecArray, schema: string): SchemaFunction {
  const [, name = "", parameters = "", returns = "", language = "", attributes = "", text = ""] = match;
  const body = text.replaceAll("{schema}", schema);
  const typed = parameters.replaceAll("{schema}", schema).replace(/\s+/g, " ").trim();
  const flat = attributes.replace(/\s+/g, " ").trim();
  return {
    name,
    parameters: typed
      .split(", ")
      .map((parameter) => parameter.replace(/^\w+ (?=.)/, ""))
      .join(", "),
    language,
    volatility: flat.includes("IMMUTABLE") ? "IMMUTABLE" : flat.includes("STABLE") ? "STABLE" : "VOLATILE",
    isDefiner: flat.includes("SECURITY DEFINER"),
    config: /SET (search_path = .*)$/.exec(flat)?.[1]?.replace(" = ", "=") ?? "",
    body,
    sql: `CREATE OR REPLACE FUNCTION ${schema}.${name}(${typed}) RETURNS ${returns} LANGUAGE ${language} ${flat} AS $$${body}$$`,
  };
}

function triggerOf(match: RegExpExecArray, schema: string): SchemaTrigger {
  const [, name = "", timing = "", events = "", table = "", rest = "", called = ""] = match;
  const words = [timing, ...events.replace(/ OF .*$/, "").split(" OR ")];
  const row = rest.includes("FOR EACH ROW") ? 1 : 0;
  const [oldTable = "", newTable = ""] = ["OLD", "NEW"].map(
    (which) => new RegExp(`${which} TABLE AS (\\w+)`).exec(rest)?.[1],
  );
  return {
    name,
    table,
    function: called,
    type: words.reduce((bits, word) => bits | (own(TYPE_BITS, word) ?? 0), row),
    columns: (/ OF (.*)$/.exec(events)?.[1] ?? "").replaceAll(" ", ""),
    transitions: `${oldTable},${newTable}`,
    sql: `CREATE TRIGGER ${name} ${timing} ${events} ON ${schema}.${table} ${rest.replace(/\s+/g, " ").trim()} EXECUTE FUNCTION ${schema}.${called}()`,
  };
}
