import type { Problem } from "./parsed-file.ts";

/** A format that is not YAML: what it is called, how its first characters look, and what to do. */
interface Format {
  readonly name: string;
  readonly start: string | RegExp;
  readonly hint: string;
}

const DECRYPT = "commit the file as plain text: a sync reads it from git and has no keys";
const UNPACK = "unpack the file, and commit the YAML inside";
const TRANSLATE = "write the file as YAML";

/** The formats that are recognised by their first bytes, each byte read as one character. */
const BY_BYTES: readonly Format[] = [
  {
    name: "a Git LFS pointer, which holds only the id of the content",
    start: /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\//,
    hint: "exempt the flags from Git LFS in .gitattributes (flags/** !filter !diff !merge text), then: git add --renormalize flags",
  },
  {
    name: "a git-annex pointer, which holds only the id of the content",
    start: "/annex/objects/",
    hint: "take the file out of git-annex: git annex unannex, then git add",
  },
  {
    name: "encrypted with git-crypt",
    start: "\0GITCRYPT\0",
    hint: "exempt the flags in .gitattributes (flags/** !filter !diff), then: git add --renormalize flags",
  },
  { name: "encrypted with age", start: /^(?:age-encryption\.org\/|-----BEGIN AGE ENCRYPTED FILE)/, hint: DECRYPT },
  { name: "encrypted with PGP", start: "-----BEGIN PGP MESSAGE-----", hint: DECRYPT },
  { name: "encrypted with ansible-vault", start: "$ANSIBLE_VAULT;", hint: DECRYPT },
  { name: "a gzip archive", start: "\x1f\x8b", hint: UNPACK },
  { name: "a zip archive", start: "PK\x03\x04", hint: UNPACK },
  { name: "a zstd archive", start: "\x28\xb5\x2f\xfd", hint: UNPACK },
  { name: "an xz archive", start: "\xfd7zXZ", hint: UNPACK },
  { name: "a bzip2 archive", start: /^BZh[1-9]/, hint: UNPACK },
  { name: "a SQLite database", start: "SQLite format 3\0", hint: TRANSLATE },
  { name: "a patch", start: "diff --git ", hint: "apply the patch: git apply" },
  { name: "XML or HTML", start: /^\s*<(?:\?xml|!DOCTYPE|html)\b/i, hint: TRANSLATE },
];

/** The formats that are text. A file is called so only if it is not valid as YAML. */
const BY_TEXT: readonly Format[] = [
  { name: "JSON", start: /^\s*(?:\{\s*(?:"|\}|\/[/*])|\[\s*[{["])/, hint: TRANSLATE },
  {
    name: "TOML, or another format with key = value",
    start:
      /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:[ \t]*\[{1,2}[\w.-]+\]{1,2}[ \t]*\r?\n)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*[\w.-]+[ \t]*=/,
    hint: "write key: value",
  },
];

/** The number of bytes in which a format is recognised. */
const START_BYTES = 200;

/** Finds the format of a file that is certainly not YAML; undefined if there is none. */
export function foreignBytes(bytes: Uint8Array): Problem | undefined {
  return problemIn(BY_BYTES, Buffer.from(bytes.subarray(0, START_BYTES)).toString("latin1"));
}

/** Finds the format of a text that is not valid as YAML; undefined if it is unknown. */
export function foreignText(text: string): Problem | undefined {
  return problemIn(BY_TEXT, text.slice(0, 2_000));
}

function problemIn(formats: readonly Format[], start: string): Problem | undefined {
  const format = formats.find((each) => {
    return typeof each.start === "string" ? start.startsWith(each.start) : each.start.test(start);
  });
  if (format === undefined) return undefined;
  return { code: "foreign-format", message: `the file is ${format.name}; expected YAML`, hint: format.hint };
}
