import type { Condition, Test } from "../core/flag/condition.ts";
import { DEFAULT_BY, type Flag } from "../core/flag/flag.ts";
import type { Asked } from "../core/logic/samples.ts";

/** What flags want to know of a person. */
export interface Questions {
  /** By attribute, what conditions and lists ask of it. */
  readonly asked: ReadonlyMap<string, Asked>;
  /** The attributes that shares and splits are dealt by; userId always. */
  readonly subjects: ReadonlySet<string>;
}

/** Everything that the flags ask for. A disabled flag asks for nothing. */
export function questionsOf(flags: Iterable<Flag>): Questions {
  const tests = new Map<string, Test[]>();
  const ids = new Map<string, string[]>();
  const subjects = new Set([DEFAULT_BY]);
  const ask = (attribute: string, more: readonly Test[], listed: readonly string[] = []) => {
    append(tests, attribute, more);
    append(ids, attribute, listed);
  };
  for (const flag of flags) {
    if (!flag.enabled) continue;
    for (const { when, portion } of flag.rules) {
      visit(when, ask);
      subjects.add(portion?.by ?? DEFAULT_BY);
    }
    const { rollout } = flag;
    if (rollout.strategy === "percentage") subjects.add(rollout.portion.by);
    if (rollout.strategy === "role") ask("userRole", [], rollout.roles);
    if (rollout.strategy === "whitelist") for (const [name, list] of Object.entries(rollout.lists)) ask(name, [], list);
  }
  const asked = new Map<string, Asked>();
  for (const [attribute, own] of tests) {
    asked.set(attribute, { attribute, tests: own, ids: ids.get(attribute) ?? [] });
  }
  return { asked, subjects };
}

function append<Value>(lists: Map<string, Value[]>, name: string, more: readonly Value[]): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [...more]);
  else for (const value of more) list.push(value);
}

function visit(condition: Condition, ask: (attribute: string, tests: readonly Test[]) => void): void {
  switch (condition.op) {
    case "match":
      ask(condition.attribute, condition.tests);
      return;
    case "segment":
      for (const { when } of condition.anyOf) visit(when, ask);
      return;
    case "all":
    case "any":
    case "none":
      for (const part of condition.of) visit(part, ask);
  }
}
