import { entryLines } from "./value-text.ts";

/** The names that the files of `hoist init` contain. */
export interface FirstFiles {
  /** In the order of promotion. */
  readonly environments: readonly string[];
  readonly owner: string;
}

/** Returns the `flags/_config.yaml` that `hoist init` writes. */
export function configText({ environments, owner }: FirstFiles): string {
  const lines = environments.map((name, index) => {
    if (index === environments.length - 1) {
      return `  ${name}: { protected: true } # dangerous changes need an acknowledgement`;
    }
    return `  ${name}: ${index === 0 ? "{ workTree: true } # may be synced from uncommitted files" : "{}"}`;
  });
  return `# yaml-language-server: $schema=./_schema/config.schema.json
# The names that flag files may use, and the policies that changes must follow.

environments: # in the order of promotion; each has its own database
${lines.join("\n")}

attributes: # the attributes of a request that conditions may use
  userId: { type: string }
  userRole: { type: string, from: server } # not accepted from browsers
  appVersion: { type: version }

owners: # the owners of flags → their teams or users on GitHub
  ${entryLines(owner, `@my-org/${owner}`, { pad: " ", step: "  ", depth: 0 }).join("")}

policies:
  maxStep: 25% # a larger jump in a protected environment needs an acknowledgement
  maxFlags: 25 # a sync that changes the answers of more flags needs one, too
`;
}

/** The content of the example segment `staff`. */
export const SEGMENT_TEXT = `# yaml-language-server: $schema=../_schema/segment.schema.json
description: People who work here.
if: { userRole: admin }
`;

/** The key of the example flag that `hoist init` writes. */
export const EXAMPLE_KEY = "example_flag";

/** Returns the file of an example flag. */
export function exampleText({ environments, owner }: FirstFiles): string {
  const [first = "development"] = environments;
  return `# yaml-language-server: $schema=./_schema/flag.schema.json
# An example to read, change and delete. The file's name is the flag's key; its folder has no effect.
name: Example flag
description: Greets people on the start page in a new way.
owner: ${owner}
kind: ops # a permanent switch; the kinds release and experiment also need a date, e.g. expires: 2027-06-01
enabled: false # everyone gets false, except in the environments listed below

rules: # exceptions to the default rollout; the first rule that matches applies
  - name: staff see it first
    if: { segment: staff } # flags/_segments/staff.yaml
    serve: true
rollout: 10% # the default rollout, for everyone else: all, none, 25%, { roles: [admin] }, { whitelist: { userId: [user-1] } }

environments: # overlays: each replaces whole fields in one environment
  ${first}: { enabled: true }

tests: # run by hoist test, in CI and before every sync
  - { given: { userRole: admin }, expect: false } # the base, without an overlay
  - { in: ${first}, given: { userRole: admin }, expect: true }
  - { in: ${first}, given: { userId: user-42 }, at: 5%, expect: true } # \`at\` sets the bucket of the subject
  - { in: ${first}, given: { userId: user-42 }, at: 50%, expect: false }
`;
}

/** The setting `yaml.schemas` of VS Code: which schema checks which files, for files that name none themselves. */
export const EDITOR_SCHEMAS = {
  "./flags/_schema/config.schema.json": "flags/_config.yaml",
  "./flags/_schema/segment.schema.json": "flags/_segments/*.yaml",
  "./flags/_schema/flag.schema.json": ["flags/**/*.yaml", "!flags/_config.yaml", "!flags/_segments/*.yaml"],
} as const;
