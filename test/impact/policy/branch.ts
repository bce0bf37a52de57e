import type { Diagnostic } from "../../../src/core/diagnostic/diagnostic.ts";
import type { SourceFile } from "../../../src/core/flag/source-file.ts";
import { loadFlags, type LoadedFlags } from "../../../src/source/load/load.ts";
import { checkPolicies } from "../../../src/impact/policy/check-policies.ts";
import { plansBetween } from "../../../src/impact/plans-between.ts";
import { sourceFile } from "../../source/check-all.ts";

export const TODAY = "2026-11-20";

/** Production is protected, and so is the canary before it; staging is free. Every policy is set. */
export const STRICT = `environments:
  development: {}
  staging: {}
  canary: { protected: true }
  production: { protected: true }
attributes:
  userId: { type: string }
  userRole: { type: string, values: [customer, admin] }
  postalCode: { type: string }
owners: { team-checkout: "@acme/checkout" }
policies:
  maxStep: 25%
  maxFlags: 3
  stagingFirst: true
  maxExpiryDays: 180
`;

/** A tree by the names of its files; a flag's name stands for the head that every flag has, followed by these lines. */
export type Tree = Readonly<Record<string, string>>;

export function loaded(tree: Tree, config: string): LoadedFlags {
  const files = Object.entries({ _config: config, ...tree }).map(([name, text]): SourceFile => {
    const isFlag = !name.startsWith("_");
    return sourceFile(`flags/${name}.yaml`, isFlag ? `${HEAD}${text}` : text);
  });
  return loadFlags(files);
}

const HEAD = "name: A flag\ndescription: What it switches.\nowner: team-checkout\nkind: ops\n";

/** What is said about a branch that turns one tree into the other. */
export function saidOf(
  before: Tree,
  after: Tree,
  config: string = STRICT,
  nextConfig: string = config,
): readonly Diagnostic[] {
  const [was, is] = [loaded(before, config), loaded(after, nextConfig)];
  const wrong = [...was.diagnostics, ...is.diagnostics].filter(({ severity }) => severity === "error");
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
  const plans = plansBetween(was, is, { from: null, to: null });
  return checkPolicies({ before: was, after: is, plans }, { today: TODAY });
}

/** One line a diagnostic, its place by what stands there, its hint below. Ids are left out. */
export function textOf(said: readonly Diagnostic[]): readonly string[] {
  return said.flatMap(({ file, line, column, length, source, severity, code, message, hint }) => {
    const marked = source.slice(column - 1, column - 1 + length);
    return [`${file}:${line} ${marked} | ${severity} ${code} ${message}`, `  ${idless(hint ?? "")}`];
  });
}

function idless(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{8}\b/g, "ID");
}
