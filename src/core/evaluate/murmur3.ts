/**
 * MurmurHash3 x86 32, seed 0, over the UTF-8 bytes of a text that comes in two parts: the head is hashed once, the tail
 * with every call, without an allocation. The popular packages hash code units, which gives different hashes for all
 * non-ASCII text.
 */

/** The intermediate hash of a head, which {@link headOf} returns and {@link hashAfter} continues. */
export interface HashedHead {
  /** The state after all whole blocks of four bytes. */
  readonly state: number;
  /** The remaining bytes that do not fill a block, the first one lowest. */
  readonly rest: number;
  /** How many bits `rest` has: 0, 8, 16 or 24. */
  readonly restBits: number;
  /** The total number of bytes. */
  readonly length: number;
}

/** Hashes the head of a text. A lone surrogate at its end becomes U+FFFD: it never joins one in the tail. */
export function headOf(head: string): HashedHead {
  let state = 0;
  let rest = 0;
  let restBits = 0;
  let length = 0;
  for (const character of head) {
    const point = scalarPoint(character.codePointAt(0) ?? 0);
    const count = utf8Length(point);
    for (let which = 0; which < count; which += 1) {
      rest |= utf8Byte(point, count, which) << restBits;
      restBits += 8;
      if (restBits === 32) {
        state = mixed(state, rest);
        rest = 0;
        restBits = 0;
      }
    }
    length += count;
  }
  return { state, rest, restBits, length };
}

/**
 * Returns the hash of head + tail, 0 ≤ hash < 2^32. A lone surrogate in the tail is hashed as U+FFFD, as every UTF-8 encoder
 * writes it.
 */
export function hashAfter(head: HashedHead, tail: string): number {
  let { state, rest, restBits, length } = head;
  const end = tail.length;
  let index = 0;
  while (index < end) {
    // Ids are nearly always ASCII: four of them make a block at once, shifted by what the head left over.
    while (index + 4 <= end) {
      const a = tail.charCodeAt(index);
      const b = tail.charCodeAt(index + 1);
      const c = tail.charCodeAt(index + 2);
      const d = tail.charCodeAt(index + 3);
      if ((a | b | c | d) > 0x7f) break;
      const four = a | (b << 8) | (c << 16) | (d << 24);
      state = mixed(state, rest | (four << restBits));
      // In JavaScript a shift by 32 shifts by 0, so `restBits === 0` is handled separately.
      rest = restBits === 0 ? 0 : four >>> (32 - restBits);
      index += 4;
      length += 4;
    }
    if (index >= end) break;

    const point = scalarPoint(tail.codePointAt(index) ?? 0);
    index += point > 0xffff ? 2 : 1;
    const count = utf8Length(point);
    length += count;
    for (let which = 0; which < count; which += 1) {
      rest |= utf8Byte(point, count, which) << restBits;
      restBits += 8;
      if (restBits === 32) {
        state = mixed(state, rest);
        rest = 0;
        restBits = 0;
      }
    }
  }
  if (restBits > 0) state ^= scrambled(rest);
  return finished(state ^ length);
}

/** Returns the code point, or U+FFFD for a lone surrogate. */
function scalarPoint(point: number): number {
  return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
}

function utf8Length(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

/** Returns the byte `which` (from 0) of a character that takes `count` bytes. */
function utf8Byte(point: number, count: number, which: number): number {
  if (count === 1) return point;
  const bits = point >>> (6 * (count - 1 - which));
  // The first byte begins with as many ones as there are bytes: 110…, 1110…, 11110….
  return which === 0 ? ((0xf00 >> count) & 0xff) | bits : 0x80 | (bits & 0x3f);
}

function scrambled(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function mixed(state: number, block: number): number {
  const next = state ^ scrambled(block);
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}

function finished(state: number): number {
  let hash = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
