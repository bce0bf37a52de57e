import { entryLines } from "./value-text.ts";

export interface FirstFiles {
  /** In the order of promotion. */
  readonly environments: readonly string[];
  readonly owner: string;
}

/** The first environment may be synced from files that are not committed, unless it is the last: that one is protected. */
export function workTreeEnvironment(environments: readonly string[]): string | null {
  return environments.length > 1 ? (environments[0] ?? null) : null;
}

/** `flags/_config.yaml` to begin with. */
export function configText({ environments, owner }: FirstFiles): string {
  const open = workTreeEnvironment(environments);
  const lines = environments.map((name, index) => {
    if (name === open) return `  ${name}: { workTree: true } # may be synced from files that are not committed`;
    const isLast = index === environments.length - 1;
    return isLast ? `  ${name}: { protected: true } # dangerous changes need an acknowledgement` : `  ${name}: {}`;
  });
  return `# yaml-language-server: $schema=./_schema/config.schema.json
# What flag files may refer to, and the limits that they are held to.

environments: # in the order of promotion; each has a database of its own
${lines.join("\n")}

attributes: # what a condition may ask of whoever makes a request
  userId: { type: string }
  userRole: { type: string, from: server } # a browser cannot assert it
  appVersion: { type: version }

owners: # who answers for a flag → who that is in code review
  ${entryLines(owner, `@my-org/${owner}`, { pad: " ", step: "  ", depth: 0 }).join("")}

policies:
  maxStep: 25% # a larger rise of a share in a protected environment needs an acknowledgement
  maxFlags: 25 # so does a sync that changes more flags than this
`;
}

export const SEGMENT_TEXT = `# yaml-language-server: $schema=../_schema/segment.schema.json
description: People who work here.
if: { userRole: admin }
`;

export const EXAMPLE_KEY = "example_flag";

/** A flag to read, change and delete. */
export function exampleText({ environments, owner }: FirstFiles): string {
  const [first = "development"] = environments;
  return `# yaml-language-server: $schema=./_schema/flag.schema.json
# An example to read, change and delete. The file's name is the flag's key; folders are only for people.
name: Example flag
description: Greets people on the start page in a new way.
owner: ${owner}
kind: ops # a switch that stays; release and experiment also say when they end, e.g. expires: 2027-06-01
enabled: false # everyone gets false, wherever the environments below do not say otherwise

rules: # who gets something special; the first that matches answers
  - name: staff see it first
    if: { segment: staff } # flags/_segments/staff.yaml
    serve: true
rollout: 10% # the last line, everyone else: all, none, 25%, { roles: [admin] }, { whitelist: { userId: [user-1] } }

environments: # what is different where; a whole key at a time
  ${first}: { enabled: true }

tests: # run by hoist test, in CI and before every sync
  - { given: { userRole: admin }, expect: false } # the file as it stands, without an overlay
  - { in: ${first}, given: { userRole: admin }, expect: true }
  - { in: ${first}, given: { userId: user-42 }, at: 5%, expect: true } # \`at\` pins the place in the order of all subjects
  - { in: ${first}, given: { userId: user-42 }, at: 50%, expect: false }
`;
}

/** \`yaml.schemas\` of VS Code's settings: which schema checks which files, for those that name none themselves. */
export const EDITOR_SCHEMAS = {
  "./flags/_schema/config.schema.json": "flags/_config.yaml",
  "./flags/_schema/segment.schema.json": "flags/_segments/*.yaml",
  "./flags/_schema/flag.schema.json": ["flags/**/*.yaml", "!flags/_config.yaml", "!flags/_segments/*.yaml"],
} as const;
