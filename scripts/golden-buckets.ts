import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { bucketOf, splitBucketOf } from "../src/core/evaluate/bucket.ts";

/**
 * Writes test/golden/buckets.json with further kinds of subjects. Refuses to change or remove an existing vector,
 * because people would move between variants in production.
 */
const FILE = new URL("../test/golden/buckets.json", import.meta.url);
const SALTS = ["checkout_button", "workshop_routing", "new-checkout", "a", "prüfung", "x".repeat(64)];

const uuids = (seed: number) => {
  const hex = (n: number) =>
    Math.imul(seed + n, 2_654_435_761)
      .toString(16)
      .replace("-", "f")
      .padStart(8, "0")
      .slice(0, 8);
  return `${hex(1)}-${hex(2).slice(0, 4)}-4${hex(3).slice(0, 3)}-a${hex(4).slice(0, 3)}-${hex(5)}${hex(6).slice(0, 4)}`;
};
const counted = (count: number, text: (n: number) => string) => Array.from({ length: count }, (_, n) => text(n));

const SUBJECTS: readonly string[] = [
  ...counted(40, (n) => `user-${n}`),
  ...counted(40, uuids),
  ...counted(20, (n) => `dana+${n}@acme.dev`),
  ...counted(20, (n) => String(n * 104_729)),
  String(Number.MAX_SAFE_INTEGER),
  String(Number.MIN_SAFE_INTEGER),
  "0",
  "-1",
  // Every length from 1 to 20, so that every remainder of a block is met.
  ...counted(20, (n) => "abcdefghijklmnopqrst".slice(0, n + 1)),
  ...counted(8, (n) => "é".repeat(n + 1)),
  ...counted(8, (n) => `${"x".repeat(n)}😀`),
  "ß",
  "İstanbul",
  "東京-17",
  "Ωmega",
  "naïve",
  "nai\u0308ve",
  "مرحبا",
  "🇩🇪",
  "👩‍👩‍👧",
  "\u0000",
  " ",
  "\t\n",
  "a:b",
  "#split:a",
  "\ufeffid",
  // Lone surrogates hash as U+FFFD.
  "\ud800",
  "a\udc00b",
  "\ud83d",
  "\ude00\ud83d",
  "\ufffd",
  ...[100, 255, 256, 257, 1000, 5000].map((length) => "longid-".repeat(length).slice(0, length)),
];

const vectors = SALTS.flatMap((salt) =>
  SUBJECTS.map((subject) => JSON.stringify([salt, subject, bucketOf(salt, subject), splitBucketOf(salt, subject)])),
);
const known = existsSync(FILE)
  ? readFileSync(FILE, "utf8")
      .split("\n")
      .filter((line) => line.startsWith('["'))
  : [];
const written = new Set(vectors);
const lost = known.map((line) => line.replace(/,$/, "")).filter((line) => !written.has(line));
if (lost.length > 0) {
  console.error(`${lost.length} vectors would change or be removed, the first is ${lost[0]}; nothing was written`);
  process.exitCode = 1;
} else {
  writeFileSync(FILE, `[\n${vectors.join(",\n")}\n]\n`);
  console.log(`${vectors.length} vectors, ${vectors.length - known.length} of them new`);
}
