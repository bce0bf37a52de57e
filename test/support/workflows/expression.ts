import { globSync } from "node:fs";

/** The contexts that `${{ }}` may use: github, env, inputs, secrets, needs, steps. */
export type Contexts = Readonly<Record<string, unknown>>;

export interface Situation {
  readonly contexts: Contexts;
  /** Where hashFiles looks. */
  readonly folder: string;
  /** Whether all previous steps succeeded. */
  readonly isSuccess: boolean;
}

/** Returns a text with its `${{ }}` replaced, as GitHub does before a step runs. */
export function interpolated(text: string, situation: Situation): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => asText(evaluated(expression, situation)));
}

/** Evaluates an `if`. Without a status function, it also requires that all previous steps succeeded. */
export function isMet(condition: string | boolean | undefined, situation: Situation): boolean {
  const expression = String(condition ?? true).replace(/^\$\{\{(.*)\}\}$/s, "$1");
  const asksForStatus = /\b(?:cancelled|always|success|failure)\(\)/.test(expression);
  return (asksForStatus || situation.isSuccess) && isTrue(evaluated(expression, situation));
}

/** Evaluates the GitHub expressions that the workflows use. @throws Error for any other expression */
export function evaluated(expression: string, situation: Situation): unknown {
  const tokens = expression.match(/'(?:[^']|'')*'|[\w-]+|==|!=|&&|\|\||[()!,.]|\S/g) ?? [];
  let at = 0;
  const peek = () => tokens[at];
  const take = (token: string): boolean => {
    if (peek() !== token) return false;
    at += 1;
    return true;
  };
  const must = (token: string) => {
    if (!take(token)) throw new Error(`expected ${token}, found ${peek() ?? "the end"} in ${expression}`);
  };

  function either(): unknown {
    let value = both();
    while (take("||")) {
      const other = both();
      value = isTrue(value) ? value : other;
    }
    return value;
  }
  function both(): unknown {
    let value = compared();
    while (take("&&")) {
      const other = compared();
      value = isTrue(value) ? other : value;
    }
    return value;
  }
  function compared(): unknown {
    const value = negated();
    if (take("==")) return areEqual(value, negated());
    if (take("!=")) return !areEqual(value, negated());
    return value;
  }
  function negated(): unknown {
    return take("!") ? !isTrue(negated()) : single();
  }
  function single(): unknown {
    if (take("(")) {
      const value = either();
      must(")");
      return value;
    }
    const token = tokens[at];
    at += 1;
    if (token === undefined) throw new Error(`${expression} ends too early`);
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (["true", "false", "null"].includes(token)) return JSON.parse(token);
    if (peek() === "(") return called(token);
    if (!(token in situation.contexts)) throw new Error(`unknown name ${token} in ${expression}`);
    let value = situation.contexts[token];
    while (take(".")) {
      const name = tokens[at] ?? "";
      at += 1;
      value = typeof value === "object" && value !== null ? (value as Contexts)[name] : undefined;
    }
    return value ?? null;
  }
  function called(name: string): unknown {
    must("(");
    const given: unknown[] = [];
    while (!take(")")) {
      given.push(either());
      take(",");
    }
    const texts = given.map(asText);
    if (name === "format") return texts[0]?.replace(/\{(\d)\}/g, (_, n: string) => texts[Number(n) + 1] ?? "");
    if (name === "hashFiles") return texts.flatMap((glob) => globSync(glob, { cwd: situation.folder })).join(" ");
    if (name === "cancelled") return false;
    throw new Error(`unknown function ${name} in ${expression}`);
  }

  const value = either();
  if (at < tokens.length) throw new Error(`${tokens[at]} is too much in ${expression}`);
  return value;
}

function isTrue(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false && value !== "" && value !== 0;
}

function areEqual(one: unknown, other: unknown): boolean {
  if (typeof one === "string" && typeof other === "string") return one.toLowerCase() === other.toLowerCase();
  return typeof one === typeof other ? one === other : Number(one) === Number(other);
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
