import { seededRandom, type Random } from "../../src/impact/random.ts";
import { CONFIG, type CostlyTree, flagText, type TreeFiles } from "./costly-trees.ts";

/** Generates trees whose rules, segments, shares, lists and requirements combine in costly ways. */
export function randomTrees(seed: number, count: number): readonly CostlyTree[] {
  return Array.from({ length: count }, (_, n): CostlyTree => {
    const random = seededRandom(seed, `tree ${n}`);
    const shape = shapeOf(random);
    const segments = segmentsOf(random, shape);
    return {
      name: `random tree ${n} of seed ${seed}`,
      before: treeOf(seededRandom(seed, `before ${n}`), { ...shape, rules: Math.ceil(shape.rules / 2) }, segments),
      after: treeOf(random, shape, segments),
    };
  });
}

/** How large the parts of a tree are. */
interface Shape {
  readonly flags: number;
  readonly rules: number;
  readonly segments: number;
  /** The parts of one group. */
  readonly parts: number;
  /** The levels of groups. */
  readonly levels: number;
  readonly attributes: number;
  /** The values of one list. */
  readonly values: number;
  readonly isSplit: boolean;
}

function shapeOf(random: Random): Shape {
  return {
    flags: random.oneOf([1, 1, 1, 1, 2, 3]),
    rules: random.next() < 0.05 ? random.oneOf([50, 200]) : random.oneOf([1, 2, 4, 8]),
    segments: random.oneOf([0, 1, 3, 8, 14]),
    parts: random.oneOf([1, 2, 3, 6]),
    levels: random.next() < 0.1 ? 4 : random.oneOf([1, 2, 3]),
    attributes: random.oneOf([2, 9, 40]),
    values: random.oneOf([1, 3, 20, 100]),
    isSplit: random.next() < 0.3,
  };
}

function treeOf(random: Random, shape: Shape, segments: readonly string[]): TreeFiles {
  const files: Record<string, string> = { "flags/_config.yaml": CONFIG };
  for (const [n, condition] of segments.entries()) {
    files[`flags/_segments/s${n}.yaml`] = `description: Some people.\nif: ${condition}\n`;
  }
  for (let n = 0; n < shape.flags; n += 1) {
    const key = n === 0 ? "example" : `other_${n}`;
    files[`flags/${key}.yaml`] = flagOf(random, shape, segments.length, n);
  }
  return files;
}

function flagOf(random: Random, shape: Shape, segments: number, n: number): string {
  const rules = Array.from({ length: shape.rules }, (_, rule) => ruleOf(random, shape, segments, rule));
  const required = n + 1 < shape.flags && random.next() < 0.7 ? `requires: { other_${n + 1}: true }\n` : "";
  const overlay = random.oneOf([
    "",
    "environments: { staging: { enabled: false } }\n",
    "environments: { staging: { rollout: 1% } }\n",
  ]);
  const tests = Array.from(
    { length: random.oneOf([0, 3]) },
    () => `  - { given: { a0: v1 }, at: 99.999%, expect: false }`,
  );
  const rollout = random.oneOf([
    "none",
    "5%",
    "{ percentage: 0.001%, by: a1 }",
    `{ whitelist: { userId: [${idsOf(shape.values)}] } }`,
  ]);
  const serve = shape.isSplit ? "serve: { split: { true: 50%, false: 50% } }\n" : "";
  // Random rules may serve the context of a test, so the tests are about another flag's base, which serves nobody.
  const tested = tests.length === 0 || n > 0 ? "" : `tests:\n${tests.join("\n")}\n`;
  return flagText(rules, `rollout: ${rollout}\n${serve}${required}${overlay}${shape.rules === 0 ? tested : ""}`);
}

function ruleOf(random: Random, shape: Shape, segments: number, n: number): string {
  const condition = conditionOf(random, shape, segments, shape.levels);
  const by = `a${Math.floor(random.next() * shape.attributes)}`;
  const share = random.oneOf(["0.001%", "5%", "50%", `${(n % 99) + 1}%`]);
  const rollout = random.oneOf([`rollout: ${share}, `, `rollout: { percentage: ${share}, by: ${by} }, `]);
  const serve = shape.isSplit && random.next() < 0.5 ? "serve: { split: { true: 30%, false: 70% } }" : "serve: true";
  return `{ name: r${n}, if: ${condition}, ${rollout}${serve} }`;
}

function segmentsOf(random: Random, shape: Shape): readonly string[] {
  // Segments name earlier ones only, and few of them, or they would exceed the limits.
  return Array.from({ length: shape.segments }, (_, n) =>
    conditionOf(random, { ...shape, parts: Math.min(shape.parts, 4) }, n, 1),
  );
}

/** A condition in flow style that names segments below a number. */
function conditionOf(random: Random, shape: Shape, segments: number, levels: number): string {
  const own = matchOf(random, shape, levels);
  const segment = segments > 0 && random.next() < 0.5 ? `, segment: s${Math.floor(random.next() * segments)}` : "";
  if (levels <= 1) return `{ ${own}${segment} }`;
  const group = random.oneOf(["any", "any", "none", "all"]);
  const count = Math.max(1, Math.floor(random.next() * shape.parts) + 1);
  const parts = Array.from({ length: count }, () => conditionOf(random, shape, segments, levels - 1));
  return random.next() < 0.5 ? `{ ${group}: [${parts.join(", ")}] }` : `{ ${own}, ${group}: [${parts.join(", ")}] }`;
}

/** @param level  its attributes are those of no other level, so that parts rarely contradict each other */
function matchOf(random: Random, { attributes, values }: Shape, level: number): string {
  const number = (below: number) => Math.floor(random.next() * below);
  const text = () => `v${number(5_000)}`;
  const list = () => `[${Array.from({ length: 1 + number(values) }, (_, n) => `w${number(1e6)}x${n}`).join(", ")}]`;
  const attribute = `a${(level - 1) * 40 + number(attributes)}`;
  return random.oneOf([
    () => `${attribute}: ${text()}`,
    () => `${attribute}: ${list()}`,
    () => `${attribute}: { not: ${list()} }`,
    () => `${attribute}: { contains: ${list()} }`,
    () => `${attribute}: { startsWith: ${text()}, endsWith: ${text()} }`,
    () => `${attribute}: { exists: true }`,
    () => `age: { gte: ${number(1e6)}, lt: ${1e6 + number(1e6)} }`,
    () => `since: { after: 20${10 + number(80)}-01-01 }`,
    () =>
      `appVersion: { semver: "${Array.from({ length: 1 + number(4) }, () => `>=${number(100)}.${number(100)} <${100 + number(100)}`).join(" || ")}" }`,
    () => `userRole: ${random.oneOf(["customer", "mechanic", "[mechanic, admin]"])}`,
  ])();
}

function idsOf(count: number): string {
  return Array.from({ length: count }, (_, n) => `id-${n}`).join(", ");
}
