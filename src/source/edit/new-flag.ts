import { posix } from "node:path";
import type { FlagKind, FlagType } from "../../core/flag/flag.ts";
import type { JsonValue } from "../../core/json.ts";
import type { FlagTree } from "./flag-tree.ts";
import { entryLines, flowText } from "./value-text.ts";

/** The content of a new flag's file. Values are checked when the file is loaded. */
export interface NewFlag {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly kind: FlagKind;
  readonly expires: string | null;
  readonly tags: readonly string[];
  readonly client: boolean;
  readonly type: FlagType;
  /** Name → value; for every type but boolean. */
  readonly variants: Readonly<Record<string, JsonValue>>;
  readonly offVariant: string | null;
  /** For every type but boolean: the variant that everyone gets where the flag is enabled. */
  readonly serve: string | null;
  /** The environments in which the flag is enabled. */
  readonly enabledIn: readonly string[];
  /** The path of the JSON Schema, relative to the file; null when the repository has none. */
  readonly schema: string | null;
}

const BLOCK = { pad: " ", step: "  ", depth: 0 } as const;
const FLOW = { pad: " ", inFlow: true } as const;

/** Returns the file of a new flag, disabled except where an overlay enables it, with two tests to start from. */
export function newFlagText(flag: NewFlag): string {
  const { type, serve, offVariant } = flag;
  const isBoolean = type === "boolean";
  const [on, off]: readonly JsonValue[] = isBoolean ? [true, false] : [serve ?? "", offVariant ?? ""];
  const field = (key: string, value: JsonValue, isWritten = true) => (isWritten ? entryLines(key, value, BLOCK) : []);
  const test = (environment: string | undefined, expect: JsonValue) =>
    `  - ${flowText({ ...(environment === undefined ? {} : { in: environment }), given: { userId: "user-1" }, expect }, FLOW)}`;
  const [first] = flag.enabledIn;
  const lines = [
    ...(flag.schema === null ? [] : [`# yaml-language-server: $schema=${flag.schema}`]),
    ...field("name", flag.name),
    ...field("description", flag.description),
    ...field("owner", flag.owner),
    ...field("kind", flag.kind),
    ...field("expires", flag.expires, flag.expires !== null),
    ...field("tags", flag.tags, flag.tags.length > 0),
    ...field("type", type, !isBoolean),
    ...field("variants", flag.variants, !isBoolean),
    ...field("offVariant", offVariant, !isBoolean),
    ...field("client", true, flag.client),
    "enabled: false # off, except in the environments listed below",
    "rollout: all # who gets it where it is enabled: all, 10%, { roles: […] }, { whitelist: { userId: […] } }",
    ...field("serve", serve, !isBoolean),
    ...(first === undefined ? [] : ["", "environments:"]),
    ...flag.enabledIn.map((name) => `  ${name}: { enabled: true }`),
    "",
    "tests:",
    test(undefined, off ?? null),
    ...(first === undefined ? [] : [test(first, on ?? null)]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Returns the folder for a new flag: the one with most of the owner's flags, else `flags`. */
export function folderOf({ loaded }: FlagTree, owner: string): string {
  const counts = new Map<string, number>();
  for (const { path, file } of loaded.flags) {
    const folder = posix.dirname(path);
    if (file.owner === owner) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return most?.[0] ?? "flags";
}

/** Returns the schema that the repository's flags name, relative to a file in `folder`; null when none does. */
export function schemaFor({ files, loaded }: FlagTree, folder: string): string | null {
  const own = "flags/_schema/flag.schema.json";
  if (files.some(({ path }) => path === own)) return relativePath(folder, own);
  for (const { path, parsed } of loaded.flags) {
    const named = /^# yaml-language-server: \$schema=(\S+)\s*$/m.exec(parsed.text)?.[1];
    if (named === undefined) continue;
    return /^[a-z]+:/.test(named) ? named : relativePath(folder, posix.join(posix.dirname(path), named));
  }
  return null;
}

function relativePath(folder: string, path: string): string {
  const found = posix.relative(folder, path);
  return found.startsWith("../") ? found : `./${found}`;
}
