/** One state of `flags/`: the text of each file by its path. */
export type TreeFiles = Readonly<Record<string, string>>;

/** A small tree whose checks or reports once took minutes or gigabytes. */
export interface CostlyTree {
  readonly name: string;
  /** Before the change. Default: the configuration and a small flag. */
  readonly before?: TreeFiles;
  readonly after: TreeFiles;
  /** The limit that the tree exceeds. */
  readonly limit?: string;
}

const ATTRIBUTES = Array.from({ length: 200 }, (_, n) => `  a${n}: { type: string }`).join("\n");

export const CONFIG = `environments: { development: { workTree: true }, staging: {}, production: { protected: true } }
attributes:
${ATTRIBUTES}
  userRole: { type: string, values: [customer, mechanic, admin] }
  postalCode: { type: string }
  appVersion: { type: version }
  age: { type: number }
  since: { type: date }
owners: { team-a: "@acme/team-a" }
policies: { maxStep: 25%, maxFlags: 25, stagingFirst: true }
`;

/** Returns a flag with these lines of rules, each in flow style. */
export function flagText(rules: readonly string[], rest = "rollout: none"): string {
  const list = rules.length === 0 ? "" : `rules:\n${rules.map((rule) => `  - ${rule}`).join("\n")}\n`;
  return `name: Example\ndescription: Something.\nowner: team-a\nkind: ops\nenabled: true\n${list}${rest}\n`;
}

function segmentText(condition: string): string {
  return `description: Some people.\nif: ${condition}\n`;
}

function numbered<Item>(count: number, item: (n: number) => Item): readonly Item[] {
  return Array.from({ length: count }, (_, n) => item(n));
}

function tree(files: TreeFiles): TreeFiles {
  return { "flags/_config.yaml": CONFIG, ...files };
}

const STAGING_OFF = "rollout: none\nenvironments: { staging: { enabled: false } }";

/** Returns a flag with these rules, and segments by name. */
function treeOf(
  rules: readonly string[],
  segments: Readonly<Record<string, string>> = {},
  rest: string = STAGING_OFF,
): TreeFiles {
  const files = Object.entries(segments).map(([name, condition]) => [
    `flags/_segments/${name}.yaml`,
    segmentText(condition),
  ]);
  return tree({ ...Object.fromEntries(files), "flags/example.yaml": flagText(rules, rest) });
}

export const BEFORE = tree({ "flags/example.yaml": flagText([], STAGING_OFF) });

const NESTED_SEGMENTS = {
  s0: `{ any: [${numbered(12, (n) => `{ a${n}: x, a${n + 1}: y }`).join(", ")}] }`,
  s1: `{ any: [${numbered(12, (n) => `{ segment: s0, a${n}: z }`).join(", ")}] }`,
  s2: `{ any: [${numbered(5, (n) => `{ none: [{ segment: s1 }], a${n}: v }`).join(", ")}] }`,
};

/** Trees of a few kilobytes, each costly in its own way. */
export const COSTLY_TREES: readonly CostlyTree[] = [
  {
    name: "9 shares, each by another attribute",
    after: treeOf(
      numbered(9, (n) => `{ name: r${n}, if: { a${n}: { exists: true } }, rollout: { percentage: 5%, by: a${n} } }`),
    ),
  },
  {
    name: "200 shares, each by another attribute",
    after: treeOf(
      numbered(
        200,
        (n) => `{ name: r${n}, if: { a${n}: { exists: true } }, rollout: { percentage: 0.001%, by: a${n} } }`,
      ),
    ),
  },
  {
    name: "5 rules on 3 segments inside each other",
    after: treeOf(
      numbered(5, (n) => `{ name: r${n}, if: { segment: s2, a${n}: w } }`),
      NESTED_SEGMENTS,
    ),
  },
  {
    name: "5 rules outside 3 segments inside each other",
    after: treeOf(
      numbered(5, (n) => `{ name: r${n}, if: { none: [{ segment: s2 }, { a${n}: w }] } }`),
      NESTED_SEGMENTS,
    ),
  },
  {
    name: "20 rules outside a segment",
    after: treeOf(
      numbered(20, (n) => `{ name: r${n}, if: { none: [{ segment: s1 }], a${n}: w }, rollout: ${n + 1}% }`),
      NESTED_SEGMENTS,
    ),
  },
  {
    name: "200 rules outside a segment",
    after: treeOf(
      numbered(200, (n) => `{ name: r${n}, if: { none: [{ segment: s0 }], a${n}: w }, rollout: 5% }`),
      NESTED_SEGMENTS,
    ),
  },
  {
    name: "a version range with 3,000 alternatives",
    after: treeOf([
      `{ name: old, if: { appVersion: { semver: "${numbered(3_000, (n) => `>=${n}.1 <${n}.5`).join(" || ")}" } } }`,
    ]),
    limit: "too-many-alternatives",
  },
  {
    name: "400 rules after a test of existence",
    after: treeOf([
      "{ name: first, if: { a0: { exists: true } } }",
      ...numbered(400, (n) => `{ name: r${n}, if: { a0: x${n}, a1: y${n} } }`),
    ]),
    limit: "too-many-rules",
  },
  {
    name: "199 rules after a test of existence",
    after: treeOf([
      "{ name: first, if: { a0: { exists: true } }, rollout: 5% }",
      ...numbered(199, (n) => `{ name: r${n}, if: { a0: x${n}, a1: y${n} } }`),
    ]),
  },
  {
    name: "250 kB of unknown attributes",
    after: treeOf([`{ name: unknown, if: { ${numbered(12_000, (n) => `attribute_${n}: x`).join(", ")} } }`]),
    limit: "unknown-attribute",
  },
  {
    name: "6,000 segments in one chain",
    after: treeOf(
      ["{ name: all, if: { segment: s5999 } }"],
      Object.fromEntries(numbered(6_000, (n) => [`s${n}`, n === 0 ? "{ a0: x }" : `{ segment: s${n - 1} }`])),
    ),
    limit: "nested-too-deep",
  },
  {
    name: "6,000 segments in a circle",
    after: treeOf(
      ["{ name: all, if: { segment: s5999 } }"],
      Object.fromEntries(numbered(6_000, (n) => [`s${n}`, `{ segment: s${(n + 5_999) % 6_000} }`])),
    ),
    limit: "segment-cycle",
  },
  {
    name: "25 rules that write the same segments out",
    after: treeOf(
      numbered(25, (n) => `{ name: r${n}, if: { segment: s3, a${n}: w } }`),
      {
        s0: `{ any: [${numbered(10, (n) => `{ a${n}: { contains: x${n} } }`).join(", ")}] }`,
        ...Object.fromEntries(
          numbered(3, (n) => [
            `s${n + 1}`,
            `{ any: [${numbered(9, (m) => `{ segment: s${n}, a${m}: z${n} }`).join(", ")}] }`,
          ]),
        ),
      },
    ),
    limit: "too-many-tests",
  },
];
