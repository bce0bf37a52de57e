import { describe, expect, test } from "vitest";
import { mergeColumns, type OnDrift } from "../../../src/core/plan/merge.ts";
import { columnsOf } from "../../../src/core/row/row-codec.ts";
import type { FlagColumns } from "../../../src/core/row/row.ts";
import { aFlag, percentage } from "../../support/flags.ts";

const BASE = columnsOf(aFlag({ key: "checkout", rollout: percentage(10), description: "old" }));
const with_ = (columns: Partial<FlagColumns>): FlagColumns => ({ ...BASE, ...columns });

interface Case {
  readonly is: string;
  readonly base?: FlagColumns | null;
  readonly live?: Partial<FlagColumns>;
  readonly desired?: Partial<FlagColumns>;
  readonly release?: boolean;
  readonly onDrift?: OnDrift;
  /** What the row becomes, as differences from the base. */
  readonly becomes: Partial<FlagColumns>;
  readonly edits: readonly string[];
}

const SQL_50 = { rollout_percentage: 50 };
const CASES: readonly Case[] = [
  { is: "nothing changed: nothing changes", becomes: {}, edits: [] },
  { is: "only git changed: git", desired: SQL_50, becomes: SQL_50, edits: [] },
  { is: "only the table changed: the hand edit stays", live: SQL_50, becomes: SQL_50, edits: ["rollout stays"] },
  {
    is: "both changed the same group: git wins, loudly",
    live: SQL_50,
    desired: { rollout_percentage: 25 },
    becomes: { rollout_percentage: 25 },
    edits: ["rollout overwritten"],
  },
  {
    is: "a percentage from git does not join a strategy from the prompt: the three columns are one group",
    live: { rollout_strategy: "whitelist", target_config: { user_ids: ["user-42"] } },
    desired: SQL_50,
    becomes: SQL_50,
    edits: ["rollout overwritten"],
  },
  { is: "both changed to the same: nothing to tell", live: SQL_50, desired: SQL_50, becomes: SQL_50, edits: [] },
  {
    is: "groups are independent: a description from git beside a hand-written rollout",
    live: SQL_50,
    desired: { description: "new" },
    becomes: { ...SQL_50, description: "new" },
    edits: ["rollout stays"],
  },
  { is: "a kill stays", live: { enabled: false }, becomes: { enabled: false }, edits: ["enabled stays"] },
  {
    is: "a kill stays although git changed the rollout",
    live: { enabled: false },
    desired: SQL_50,
    becomes: { enabled: false, ...SQL_50 },
    edits: ["enabled stays"],
  },
  {
    is: "a kill ends in agreement when git says off too",
    live: { enabled: false },
    desired: { enabled: false },
    becomes: { enabled: false },
    edits: [],
  },
  {
    is: "after git said off, git may say on again",
    base: with_({ enabled: false }),
    live: { enabled: false },
    becomes: {},
    edits: [],
  },
  {
    is: "a flag enabled by hand stays so while git does not touch it",
    base: with_({ enabled: false }),
    live: { enabled: true },
    desired: { enabled: false },
    becomes: { enabled: true },
    edits: ["enabled stays"],
  },
  { is: "a release lifts a kill", live: { enabled: false }, release: true, becomes: {}, edits: ["enabled undone"] },
  { is: "a release undoes the rest as well", live: SQL_50, release: true, becomes: {}, edits: ["rollout undone"] },
  { is: "healing undoes a hand edit", live: SQL_50, onDrift: "heal", becomes: {}, edits: ["rollout undone"] },
  {
    is: "healing never enables",
    live: { enabled: false, ...SQL_50 },
    onDrift: "heal",
    becomes: { enabled: false },
    edits: ["enabled stays", "rollout undone"],
  },
  {
    is: "a row that no sync wrote becomes git's",
    base: null,
    live: SQL_50,
    becomes: {},
    edits: ["rollout overwritten"],
  },
  {
    is: "a row that no sync wrote and that is off stays off",
    base: null,
    live: { enabled: false },
    becomes: { enabled: false },
    edits: ["enabled stays"],
  },
];

describe("three-way merge of the last synced, live and desired state", () => {
  test.each(CASES)(
    "$is",
    ({ base = BASE, live = {}, desired = {}, release = false, onDrift = "keep", becomes, edits }) => {
      const merged = mergeColumns(base, with_(live), with_(desired), { release, onDrift });
      expect(merged.columns).toEqual(with_(becomes));
      expect(merged.outcomes.map(({ group, outcome }) => `${group} ${outcome}`)).toEqual(edits);
    },
  );
});
