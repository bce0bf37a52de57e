import { expect, test } from "vitest";
import { createBackoff } from "../../../src/client/refresh/backoff.ts";

test("waits a random part of 0.5 s, 1 s, 2 s … 30 s", () => {
  const ceilings = createBackoff({ elapsed: () => 0, random: () => 1 });
  expect(Array.from({ length: 9 }, ceilings.failed)).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
  const floors = createBackoff({ elapsed: () => 0, random: () => 0 });
  expect(floors.failed()).toBe(0);
});

test("starts again from 0.5 s only after a healthy minute", () => {
  let now = 0;
  const backoff = createBackoff({ elapsed: () => now, random: () => 1 });
  expect([backoff.failed(), backoff.failed(), backoff.failed()]).toEqual([500, 1000, 2000]);
  backoff.succeeded();
  now = 59_999;
  backoff.succeeded();
  expect(backoff.failed()).toBe(4000);
  backoff.succeeded();
  now += 60_000;
  backoff.succeeded();
  expect(backoff.failed()).toBe(500);
});

test("never exceeds 30 s", () => {
  const backoff = createBackoff({ elapsed: () => 0, random: () => 1 });
  for (let attempt = 0; attempt < 5000; attempt++) backoff.failed();
  expect(backoff.failed()).toBe(30_000);
});
