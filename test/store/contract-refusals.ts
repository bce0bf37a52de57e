import { describe, expect, test } from "vitest";
import { FORBIDDEN_NAMES } from "../../src/source/load/yaml-profile.ts";
import type { Engine, Opened } from "./contract.ts";
import { aWrite, write } from "./rows.ts";

/** What an evaluator could not read, and the word that the refusal has to say. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["feature_key = 'workshop_payments'", /key of a flag can never change/],
  ["enabled = 3", /enabled|boolean/],
  ["rollout_strategy = 'some'", /all, percentage, whitelist or role/],
  ["rollout_percentage = 101", /0 to 100/],
  ["rollout_percentage = -1", /0 to 100/],
  ["rollout_percentage = 'half'", /rollout_percentage|numeric/],
  ["target_config = '[]'", /object of lists of strings/],
  ['target_config = \'{"roles": "admin"}\'', /object of lists of strings/],
  ["target_config = '{\"user_ids\": [42]}'", /object of lists of strings/],
  ["target_config = '{'", /JSON|json/],
  ["rollout_by = ''", /attribute/],
  ["rules = '{}'", /list/],
  ["rules = '[\"all\"]'", /"if"/],
  ['rules = \'[{"serve": "on"}]\'', /"if"/],
  ['rules = \'[{"if": [], "serve": "on"}]\'', /"if"/],
  ["rules = '[{\"if\": {}}]'", /serve/],
  ['rules = \'[{"if": {}, "serve": "blu"}]\'', /variant/],
  ['rules = \'[{"if": {}, "serve": "on", "percentge": 5}]\'', /"percentage"/],
  ['rules = \'[{"if": {}, "serve": "on", "percentage": "5"}]\'', /3 decimals/],
  ['rules = \'[{"if": {}, "serve": "on", "percentage": 5.0001}]\'', /3 decimals/],
  ['rules = \'[{"if": {}, "serve": "on", "by": ""}]\'', /"by"/],
  ["serve = 'on'", /JSON|json/],
  ["serve = '\"blu\"'", /variant/],
  ["serve = 'true'", /split/],
  ["serve = '{\"split\": []}'", /100/],
  ['serve = \'{"split": [{"variant": "on", "percentage": 99.999}]}\'', /100/],
  ['serve = \'{"split": [{"variant": "blu", "percentage": 100}]}\'', /variant/],
  ['serve = \'{"split": [{"variant": "on", "percentage": 50}, {"variant": "on", "percentage": 50}]}\'', /once|twice/],
  ['requires = \'{"voice_logging": "on"}\'', /lists of variants/],
  ["flag_type = 'string'", /type of a flag can never change/],
  ['variants = \'{"on": true, "off": true}\'', /always/],
  ['variants = \'{"on": true, "off": false, "maybe": true}\'', /always/],
  ["variants = '[]'", /object/],
  ["off_variant = 'blu'", /off_variant/],
  ["fallback = 'blu'", /fallback/],
  ["salt = 'a:b'", /neither : nor #/],
  ["salt = 'a#b'", /neither : nor #/],
  ["metadata = '[]'", /object/],
  ["synced = '[]'", /object/],
];

const ACCEPTED = [
  "rollout_percentage = 0.001",
  "rollout_strategy = 'role', target_config = '{\"roles\": [\"admin\"]}'",
  'rules = \'[{"name": "staff", "if": {"userRole": "admin"}, "percentage": 33.333, "by": "sessionId", "serve": "off"}]\'',
  'rules = \'[{"if": {}, "serve": {"split": [{"variant": "on", "percentage": 33.3}, {"variant": "off", "percentage": 66.7}]}}]\'',
  'serve = \'{"split": [{"variant": "on", "percentage": 0}, {"variant": "off", "percentage": 100}]}\'',
  "fallback = 'on', off_variant = 'off', salt = 'other'",
];

const REFUSED_ROWS: readonly (readonly [string, RegExp])[] = [
  ["(feature_key, display_name) VALUES ('Workshop', 'x')", /lower-case words/],
  ["(feature_key, display_name) VALUES ('a__b', 'x')", /lower-case words/],
  ["(feature_key, display_name) VALUES ('a-', 'x')", /lower-case words/],
  [`(feature_key, display_name) VALUES ('${"a".repeat(65)}', 'x')`, /64 characters/],
  ["(feature_key, display_name) VALUES ('workshop-routing', 'x')", /environment_name/],
  ["(feature_key) VALUES ('nameless')", /display_name/],
  ["(feature_key, display_name, flag_type) VALUES ('typeless', 'x', 'date')", /boolean, string, number or object/],
  [
    `(feature_key, display_name, flag_type, variants, serve, off_variant, fallback) VALUES ('color', 'x', 'string', '{"a": 1}', '"a"', 'a', 'a')`,
    /flag_type says/,
  ],
];

export function refusalContract(engine: Engine, fresh: () => Promise<Opened>): void {
  describe("manual SQL", () => {
    test("a statement that would write an unreadable row is refused with the valid values, and changes nothing", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite()]);
      const before = await store.read();
      const statements = [
        ...REFUSED.map(([set, says]) => [`UPDATE feature_toggles SET ${set};`, says] as const),
        ...REFUSED_ROWS.map(([values, says]) => [`INSERT INTO feature_toggles ${values};`, says] as const),
      ];
      const wrong: string[] = [];
      for (const [statement, says] of statements) {
        const said = await engine.type(url, statement).then(() => "accepted", String);
        if (!says.test(said)) wrong.push(`${statement} → ${said}`);
      }
      expect(wrong).toEqual([]);
      expect(await store.read()).toEqual(before);
    });

    test("a name that every JavaScript object has is refused wherever a row has names, as in flag files", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite()]);
      const wrong: string[] = [];
      for (const name of FORBIDDEN_NAMES) {
        for (const set of [
          `target_config = '{"${name}": ["a"]}'`,
          `rules = '[{"if": {"any": [{"${name}": "a"}]}, "serve": "on"}]'`,
        ]) {
          const said = await engine.type(url, `UPDATE feature_toggles SET ${set};`).then(() => "accepted", String);
          if (!/every JavaScript object has/.test(said)) wrong.push(`${set} → ${said}`);
        }
      }
      expect(FORBIDDEN_NAMES.size).toBeGreaterThan(10);
      expect(wrong).toEqual([]);
      // A value is not a name.
      await engine.type(
        url,
        `UPDATE feature_toggles SET target_config = '{"user_ids": ["constructor", "\\"constructor\\": x"]}';`,
      );
    });

    test("a row that somebody made unreadable can still be disabled", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite({ columns: { enabled: true } })]);
      await engine.withoutChecks(url, `UPDATE feature_toggles SET target_config = '{"constructor": ["a"]}'`);
      await engine.type(url, "UPDATE feature_toggles SET enabled = false;");
      expect((await store.read()).rows).toMatchObject([{ enabled: false }]);
      await expect(engine.type(url, "UPDATE feature_toggles SET enabled = true;")).rejects.toThrow(/JavaScript/);
    });

    test("a statement that writes a readable row is accepted", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite()]);
      const { revision } = await store.readHead();
      for (const set of ACCEPTED) await engine.type(url, `UPDATE feature_toggles SET ${set};`);
      expect((await store.readHead()).revision).toBe(revision + ACCEPTED.length);
    });
  });
}
