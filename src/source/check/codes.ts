import { VIOLATION_CODES } from "../shape/policies.ts";

/**
 * Maps every code of a diagnostic about one state of the files to its meaning. Codes are API: add new ones, never
 * rename or reuse one.
 */
export const DIAGNOSTIC_CODES = {
  // The file as bytes and as YAML.
  "not-a-file": "the path is a symbolic link, a submodule, a pipe, a socket or a device; only files are read",
  "not-utf-8": "the file is not UTF-8",
  "foreign-format": "the file has a format other than YAML, such as a Git LFS pointer or JSON",
  "merge-conflict": "the file contains the markers of a merge conflict",
  "byte-order-mark": "the file begins with a byte order mark",
  "too-large": "the file is larger than 256 KB",
  "too-deep": "lists and mappings are nested more than 20 levels deep",
  "invisible-character": "a character is invisible or changes the order in which text is displayed",
  "look-alike": "a character looks like another one that has a meaning in YAML, in a name or in a value",
  "not-normalized": "text is not in Unicode normal form C, so it differs from the same text as others write it",
  "outer-blank": "quoted text begins or ends with white space",
  "yaml-directive": "a % directive changes how the file is read",
  "yaml-syntax": "the file is not valid YAML",
  "several-documents": "the file holds more than one document",
  "empty-file": "the file is empty",
  "yaml-alias": "the file uses an anchor or an alias",
  "yaml-merge-key": "the file uses a merge key",
  "yaml-tag": "the file uses a tag",
  "duplicate-key": "a mapping has the same key twice",
  "key-not-text": "a key is not text",
  "forbidden-name": "a name is a property of every JavaScript object",
  "ambiguous-word": "an unquoted yes, no, on or off, which YAML versions read differently",
  "ambiguous-number": "a number that YAML versions read differently",
  "unsafe-number": "a number that JavaScript cannot represent exactly",
  "unquoted-text": "unquoted text begins with a character that has a meaning in YAML",
  // The tree of files.
  "wrong-extension": "a file in flags/ looks like a flag, but its name does not end with .yaml",
  "unknown-file": "a name begins with _ and is not _config.yaml, _segments/ or _schema/",
  "bad-file-name": "the name of the file is not a valid key",
  "duplicate-flag": "two files define the same flag",
  "same-variable": "two keys have the same environment variable",
  "folder-case": "the name of a folder differs from flags/ only in letter case",
  "missing-config": "flags/_config.yaml does not exist",
  "tree-too-large": "the tree has more than 100,000 flags",
  // Shape.
  "unknown-key": "a key is not known here",
  "missing-key": "a required key is missing",
  "wrong-type": "a value has the wrong type",
  "wrong-value": "a value has the right type but is not allowed",
  empty: "a list, mapping or string is empty",
  "more-problems": "the file has more problems than are listed",
  // References.
  "unknown-segment": "no file in flags/_segments/ defines the segment",
  "unknown-attribute": "flags/_config.yaml does not declare the attribute",
  "unknown-value": "the declaration of the attribute does not list the value",
  "unknown-variant": "the flag does not have the variant",
  "unknown-owner": "flags/_config.yaml does not declare the owner",
  "unknown-environment": "flags/_config.yaml does not declare the environment",
  "unknown-flag": "no file defines the flag",
  "segment-cycle": "a segment refers to itself, directly or through others",
  "requires-cycle": "a flag requires itself, directly or through others",
  "requires-depth": "flags require each other in a chain longer than 10",
  // Types.
  "value-type": "the value does not have the type that the attribute was declared with",
  "operator-type": "the operator does not apply to the type of the attribute",
  "bad-range": "the text is not a valid version range",
  "bad-date": "the text is not a valid date or time",
  "variant-type": "the value of a variant does not have the type of the flag",
  "boolean-variants": "a boolean flag sets its variants or its off variant",
  "missing-variants": "a flag that is not boolean has no variants",
  "missing-off-variant": "a flag that is not boolean has no offVariant",
  "missing-serve": "a rule or the default rollout of a flag that is not boolean has no serve",
  "word-variant": "the name of a variant is a word that means on or off in an environment variable",
  "bad-weights": "the weights do not match the values",
  "reserved-name": "the name is reserved",
  "reserved-metadata": "a key of metadata is a field of the flag itself",
  // Size. Segments count as often as they are named.
  "too-many-tests": "a flag, or a flag and those that it requires, has more than 10,000 condition checks",
  "too-many-items": "the conditions and lists of a flag have more than 100,000 values",
  "too-many-rules": "a flag has more than 200 rules",
  "nested-too-deep": "conditions and segments are nested more than 16 levels deep",
  "too-many-alternatives": "a version range has more than 50 alternatives",
  "too-many-environments": "more than 50 environments are declared",
  "not-checked": "conditions are too large to be checked for contradictions and unreachable rules",
  // Meaning.
  "split-sum": "the shares of a split do not add up to 100 %",
  "duplicate-rule": "two rules of a flag have the same name",
  "duplicate-value": "a list contains the same value twice",
  "empty-condition": "an empty condition would match everyone",
  contradiction: "nobody can meet the condition",
  "unreachable-rule": "earlier rules match everyone whom this rule could match",
  "unreachable-share": "earlier rules serve everyone whom this rule could serve, with the current shares",
  "unreachable-last-line": "the rules match everyone, so nobody reaches the default rollout",
  "rule-for-nobody": "the share of a rule is 0 %",
  "undeclared-only": "only a value that is not declared could meet the condition",
  "fully-rolled-out": "every environment serves the same variant to everyone",
  "no-overlay":
    "an environment without an overlay uses the base of the file, while an earlier one is restricted by its overlay",
  "missing-expiry": "a flag of kind release or experiment has no expires",
  expired: "the flag is past its expiry date",
  "test-failed": "an inline test gets a different answer than it expects",
  "test-not-run": "an inline test is not run, because the tests of the tree are too large",
} as const;

/** Maps every code of a diagnostic about the work tree and git to its meaning. Only `validate` of the work tree reports them. */
export const WORK_TREE_CODES = {
  "not-committed": "a commit leaves the file out, or some of its changes",
  "committed-differently": "git converts the file, so a commit holds different content from the work tree",
} as const;

/**
 * Maps every code of a diagnostic about the changes of a branch to its meaning. Only `validate --base` reports them.
 */
export const POLICY_CODES = {
  ...VIOLATION_CODES,
  reshuffle: "subjects move between answers in a protected environment, without an acknowledgement",
  "protected-widening": "a protected flag reaches more people in a protected environment, without an acknowledgement",
  "archive-flips":
    "archiving the flag changes answers in a protected environment, so the sync will require an acknowledgement",
  "type-changed": "the type of the flag changed; the type of an existing flag is fixed",
  "name-taken": "the environment variable of the flag already belongs to a flag that this change archives",
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES | keyof typeof WORK_TREE_CODES | keyof typeof POLICY_CODES;

/** The codes of errors that an `acknowledge` entry in the flag's file resolves. */
export const ACKNOWLEDGEABLE_CODES: ReadonlySet<string> = new Set<keyof typeof POLICY_CODES>([
  "step-too-large",
  "reshuffle",
  "protected-widening",
]);
