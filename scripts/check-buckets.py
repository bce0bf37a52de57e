"""Checks test/golden/buckets.json with a second, independent implementation of the buckets.

Python 3, standard library only. Usage: python3 scripts/check-buckets.py [FILE]
Exit 0 when every vector agrees, 1 when one does not (each is printed), 2 when the file cannot be read.
"""

import json
import pathlib
import sys

BUCKETS = 100_000


def murmur3_x86_32(data: bytes, seed: int = 0) -> int:
    """Austin Appleby's MurmurHash3_x86_32, written from its description."""

    def scramble(block: int) -> int:
        block = (block * 0xCC9E2D51) % 2**32
        block = (block << 15 | block >> 17) % 2**32
        return (block * 0x1B873593) % 2**32

    state = seed
    whole = len(data) - len(data) % 4
    for start in range(0, whole, 4):
        state ^= scramble(int.from_bytes(data[start : start + 4], "little"))
        state = (state << 13 | state >> 19) % 2**32
        state = (state * 5 + 0xE6546B64) % 2**32
    state ^= scramble(int.from_bytes(data[whole:], "little"))
    state ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        state = ((state ^ state >> shift) * factor) % 2**32
    return state


def bucket(text: str) -> int:
    # A lone surrogate has no UTF-8; every encoder that does not refuse it writes U+FFFD.
    pairs = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return murmur3_x86_32(pairs.encode("utf-8")) * BUCKETS // 2**32


def main() -> int:
    default = pathlib.Path(__file__).parent.parent / "test" / "golden" / "buckets.json"
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    try:
        vectors = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 2
    wrong = 0
    for salt, subject, gate, split in vectors:
        expected = [bucket(f"{salt}:{subject}"), bucket(f"{salt}#split:{subject}")]
        if [gate, split] != expected:
            wrong += 1
            print(f"salt {salt!r}, subject {subject!r}: the file says {[gate, split]}, expected {expected}")
    print(f"{len(vectors)} vectors, {wrong} wrong")
    return 1 if wrong or not vectors else 0


if __name__ == "__main__":
    sys.exit(main())
