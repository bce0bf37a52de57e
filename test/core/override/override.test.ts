import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileFlags } from "../../../src/core/evaluate/compile.ts";
import type { Flag } from "../../../src/core/flag/flag.ts";
import { parseOverrides } from "../../../src/core/override/parse-overrides.ts";
import { aColourFlag, aFlag, aRule } from "../../support/flags.ts";

type Environment = Readonly<Record<string, string>>;

const routing = aFlag({ key: "workshop_routing", tags: ["payments"] });
const reports = aFlag({ key: "workshop_reports" });
const beta = aFlag({ key: "workshops_beta" });
const button = aColourFlag({ key: "checkout-button" });
const FLAGS = [routing, reports, beta, button];

function setWith(environment: Environment, file?: string, more: { flags?: readonly Flag[]; archived?: string[] } = {}) {
  const overrides = parseOverrides(
    environment,
    file === undefined ? [] : [{ origin: "file", path: "overrides.env", text: file }],
  );
  return compileFlags({ flags: FLAGS, overrides, revision: 57, ...more });
}

const problemsOf = (environment: Environment, file?: string, more = {}) =>
  setWith(environment, file, more).overrides.problems.map(
    ({ code, severity, message }) => `${severity} ${code}: ${message}`,
  );

describe("every value on every type from every source", () => {
  const ON = ["true", "1", "on", "yes", "enabled"];
  const OFF = ["false", "0", "off", "no", "disabled", "kill"];
  const INVALID = [
    "flase",
    "ture",
    "2",
    "-1",
    "y",
    "undefined",
    "null",
    "{}",
    "true false",
    "ON!",
    "o n",
    "Blue",
    "constructor",
  ];
  const dressed = (word: string) => [word, word.toUpperCase(), `"${word}"`, ` ${word}\r`, `' ${word} '`];
  const TYPES: readonly { flag: Flag; onVariant: string | null; exact: readonly string[] }[] = [
    { flag: aFlag({ key: "x", enabled: false }), onVariant: "on", exact: ["on", "off"] },
    { flag: aFlag({ key: "x" }), onVariant: "on", exact: ["on", "off"] },
    {
      flag: aColourFlag({ key: "x", rules: [aRule({ serve: { variant: "green" } })] }),
      onVariant: null,
      exact: ["control", "blue", "green"],
    },
    {
      flag: aFlag({
        key: "x",
        type: "number",
        variants: { low: 1, high: 9 },
        offVariant: "low",
        serve: { variant: "high" },
      }),
      onVariant: null,
      exact: ["low", "high"],
    },
    {
      flag: aFlag({
        key: "x",
        type: "object",
        variants: { none: {}, full: { a: 1 } },
        offVariant: "none",
        serve: { variant: "full" },
      }),
      onVariant: null,
      exact: ["none", "full"],
    },
  ];
  const expectedOf = (value: string, { flag, onVariant, exact }: (typeof TYPES)[number]) => {
    const bare = value.replace(/^["'\s]+|["'\s]+$/g, "");
    if (exact.includes(bare)) return { variant: bare, isValid: true };
    if (OFF.includes(bare.toLowerCase())) return { variant: flag.offVariant, isValid: true };
    if (ON.includes(bare.toLowerCase()) && onVariant !== null) return { variant: onVariant, isValid: true };
    return { variant: flag.offVariant, isValid: false };
  };
  const cells = TYPES.flatMap((type) =>
    [...ON.flatMap(dressed), ...OFF.flatMap(dressed), ...INVALID, ...type.exact].flatMap((value) =>
      (["environment", "file"] as const).map((source) => ({ type, value, source, ...expectedOf(value, type) })),
    ),
  );

  test(`${cells.length} cells: the variant, the value, the reason, and a problem exactly where the value is invalid`, () => {
    for (const { type, value, source, variant, isValid } of cells) {
      const environment = source === "environment" ? { FEATURE_X: value } : {};
      const file = source === "file" ? `FEATURE_X=${value}\n` : undefined;
      const set = setWith(environment, file, { flags: [type.flag] });
      const about = `${JSON.stringify(value)} on ${type.flag.type} from ${source}`;
      expect(set.evaluate("x", { userId: "user-42" }), about).toEqual({
        flagKey: "x",
        value: type.flag.variants[variant],
        variant,
        reason: "STATIC",
        metadata: { revision: 57, override: "FEATURE_X" },
      });
      expect(
        set.overrides.problems.map(({ code }) => code),
        about,
      ).toEqual(isValid ? [] : ["override-invalid"]);
      expect(set.overrides.active, about).toEqual([
        {
          flagKey: "x",
          via: "FEATURE_X",
          variable: "FEATURE_X",
          origin: source,
          variant,
          turnsOff: variant === type.flag.offVariant,
          isValid,
          beats: [],
        },
      ]);
    }
  });

  test("a kill pattern disables flags of every type, from both sources, regardless of other settings", () => {
    for (const { flag } of TYPES) {
      for (const setting of ["true", "on", "blue", "high", "full", "flase"]) {
        for (const [environment, file] of [
          [{ FLAGS_KILL: "x*", FEATURE_X: setting }, undefined],
          [{ FEATURE_X: setting }, "FLAGS_KILL=x"],
        ] as const) {
          const { variant, metadata } = setWith(environment, file, { flags: [flag] }).evaluate("x", {});
          expect([variant, metadata.override?.startsWith("FLAGS_KILL=x")]).toEqual([flag.offVariant, true]);
        }
      }
    }
  });
});

test.each(["", "   ", '""', "' '", "\r"])("a value that is empty (%j) overrides nothing", (value) => {
  const set = setWith({ FEATURE_WORKSHOP_ROUTING: value }, `FEATURE_WORKSHOP_REPORTS=${value}`);
  expect(set.overrides.active).toEqual([]);
  const advice = (key: string) => `is empty and has no effect; to disable the flag, write ${key}=false`;
  expect(set.overrides.problems.map(({ severity, code, message }) => `${severity} ${code}: ${message}`)).toEqual([
    `warning override-empty: FEATURE_WORKSHOP_ROUTING ${advice("FEATURE_WORKSHOP_ROUTING")}`,
    // A lone carriage return ends the line.
    `warning override-empty: FEATURE_WORKSHOP_REPORTS (overrides.env:1) ${advice("FEATURE_WORKSHOP_REPORTS")}`,
  ]);
});

test("an empty control variable has no effect and is reported", () => {
  expect(problemsOf({ FLAGS_KILL: "", FLAGS_OVERRIDE_FILE: " ", FLAGS_KILL_ALL: "", FEATURE_BRANCH: "" })).toEqual([
    "warning override-empty: FEATURE_BRANCH is empty and has no effect; to disable the flag, write FEATURE_BRANCH=false",
    "warning override-empty: FLAGS_KILL is empty and has no effect",
    "warning override-empty: FLAGS_OVERRIDE_FILE is empty and has no effect",
  ]);
  expect(problemsOf({ FEATURE_BRANCH: "", FLAGS_ENV_IGNORE: "FEATURE_BRANCH" })).toEqual([]);
});

describe("the precedence of overrides", () => {
  const KEY = "FEATURE_WORKSHOP_ROUTING";
  test.each([
    ["on", "off", "off", "file"],
    ["off", "on", "off", "environment"],
    ["off", "off", "off", "environment"],
    ["on", "on", "on", "environment"],
    ["flase", "on", "off", "environment"],
    ["on", "flase", "off", "file"],
    ["flase", "off", "off", "file"],
  ])("environment %s, file %s: %s, by the %s", (near, far, variant, origin) => {
    const { active } = setWith({ [KEY]: near }, `${KEY}=${far}`).overrides;
    expect(active).toMatchObject([
      { variant, origin, beats: [{ via: KEY, origin: origin === "file" ? "environment" : "file" }] },
    ]);
  });

  test("for a flag that is not boolean, the environment takes precedence, unless the file disables the flag", () => {
    const served = (near: string, far: string) =>
      setWith({ FEATURE_CHECKOUT_BUTTON: near }, `FEATURE_CHECKOUT_BUTTON=${far}`).evaluate("checkout-button", {})
        .variant;
    expect([served("blue", "green"), served("blue", "control"), served("control", "green")]).toEqual([
      "blue",
      "control",
      "control",
    ]);
  });

  test("the exact name of a variant takes precedence over a word such as on or off", () => {
    const flag = aColourFlag({ key: "x", variants: { control: "a", on: "b", true: "c" } });
    const served = (value: string) =>
      setWith({ FEATURE_X: value }, undefined, { flags: [flag] }).evaluate("x", {}).variant;
    expect(["on", "true", "ON", "yes", "off"].map(served)).toEqual(["on", "true", "control", "control", "control"]);
  });
});

describe("kill patterns", () => {
  const killed = (FLAGS_KILL: string, more: Environment = {}, file?: string) =>
    setWith({ FLAGS_KILL, ...more }, file).overrides.active.map(({ flagKey }) => flagKey);

  test.each([
    ["workshop_*", ["workshop_reports", "workshop_routing"]],
    ["workshop_*,!workshop_reports", ["workshop_routing"]],
    ["!workshop_reports, workshop_* ", ["workshop_routing"]],
    ["tag:payments", ["workshop_routing"]],
    ["workshop_*,!tag:pay*", ["workshop_reports"]],
    ["'WORKSHOP_ROUTING'", ["workshop_routing"]],
    ["checkout-button", ["checkout-button"]],
    ["*_b*", ["workshops_beta"]],
    ["workshop_routing; workshops_beta", ["workshop_routing", "workshops_beta"]],
    ["workshop_routing workshops_beta", ["workshop_routing", "workshops_beta"]],
    ['["workshop_routing", "workshops_beta"]', ["workshop_routing", "workshops_beta"]],
    ["{workshop_routing}\t('workshops_beta')\n", ["workshop_routing", "workshops_beta"]],
    ["“workshop_routing”\u00a0;\u200b‘workshops_beta’", ["workshop_routing", "workshops_beta"]],
    ["\ufeffworkshop_routing\r", ["workshop_routing"]],
    ["workshop-routing", ["workshop_routing"]],
    ["FEATURE_WORKSHOP_ROUTING", ["workshop_routing"]],
    ["workshops_beta,!workshops-beta", ["workshops_beta"]],
    ["TAG:payments", ["workshop_routing"]],
    ["tags:PAYMENTS", ["workshop_routing"]],
    ["tag=payments", ["workshop_routing"]],
    ["workshops_beta, Tag: pay*", ["workshop_routing", "workshops_beta"]],
    ["workshop_*,!TAG: payments", ["workshop_reports"]],
    ["FEATURE_WORKSHOP_*", ["workshop_reports", "workshop_routing"]],
    ["FEATURE_CHECKOUT_B*", ["checkout-button"]],
    ["FEATURE_*", []],
    ...["|", "+", "&", "/", " && ", " | "].map(
      (sign) => [`workshop_routing${sign}workshops_beta`, ["workshop_routing", "workshops_beta"]] as [string, string[]],
    ),
    ["", []],
    [" , ,", []],
  ])("%j disables %j", (pattern, keys) => {
    expect(killed(pattern)).toEqual(keys);
  });

  test("a bare star has no effect and is reported, unless FLAGS_KILL_ALL allows it", () => {
    expect(killed("*")).toEqual([]);
    expect(killed("*,workshop_routing")).toEqual(["workshop_routing"]);
    expect(problemsOf({ FLAGS_KILL: "**" })).toEqual([
      "error kill-all: FLAGS_KILL: a bare * would disable every flag; it is ignored unless FLAGS_KILL_ALL=1 is set too",
    ]);
    expect(killed("*", { FLAGS_KILL_ALL: "1" })).toHaveLength(FLAGS.length);
    expect(killed("*,!checkout-button", { FLAGS_KILL_ALL: "1" })).toHaveLength(FLAGS.length - 1);
  });

  test("FLAGS_KILL_ALL alone has no effect and is reported", () => {
    expect(problemsOf({ FLAGS_KILL_ALL: "1" })).toEqual([
      "warning kill-all: FLAGS_KILL_ALL has no effect alone; it only allows FLAGS_KILL='*'",
    ]);
    expect(problemsOf({ FLAGS_KILL_ALL: "s3cret", FLAGS_KILL: "*" })[0]).toBe(
      "error kill-all: FLAGS_KILL_ALL must be 1 or 0; a bare * is ignored",
    );
  });

  test("a pattern that differs from a key only by separators applies, and is an error that names the key", () => {
    expect(problemsOf({ FLAGS_KILL: "workshop-routing,feature_workshops.beta" })).toEqual([
      "error kill-no-match: FLAGS_KILL: workshop-routing must be written workshop_routing, which it disables nevertheless",
      "error kill-no-match: FLAGS_KILL: feature_workshops.beta must be written workshops_beta, which it disables nevertheless",
    ]);
  });

  test("a pattern that matches nothing is an error, an exception that matches nothing a warning", () => {
    expect(problemsOf({ FLAGS_KILL: "workshop_routin,!checkout_*,tag:payment" })).toEqual([
      "error kill-no-match: FLAGS_KILL: workshop_routin matches no flag; the nearest name is workshop_routing",
      "warning kill-no-match: FLAGS_KILL: !checkout_* matches no flag",
      "error kill-no-match: FLAGS_KILL: tag:payment matches no flag; the nearest name is payments",
    ]);
  });

  test("an invalid entry is ignored and the others apply", () => {
    expect(killed("a%b,workshop_routing,!")).toEqual(["workshop_routing"]);
    expect(problemsOf({ FLAGS_KILL: "pass%word,workshop_routing,!!beta" })).toEqual([
      "error kill-pattern: FLAGS_KILL: entry 1 is not valid; write a key, a key with *, !key or tag:name",
      "error kill-pattern: FLAGS_KILL: entry 3 (!!beta) is not valid; write a key, a key with *, !key or tag:name",
    ]);
  });

  test("one list's exception does not spare a flag from another list", () => {
    expect(killed("workshop_*,!workshop_reports", {}, "FLAGS_KILL=workshop_reports")).toEqual([
      "workshop_reports",
      "workshop_routing",
    ]);
  });

  test("a pattern applies to flags that are synced later", () => {
    const later = aFlag({ key: "workshop_late" });
    const set = setWith({ FLAGS_KILL: "workshop_*" }, undefined, { flags: [...FLAGS, later] });
    expect(set.isOn("workshop_late", {})).toBe(false);
  });
});

describe("the override file", () => {
  test("may contain comments, blank lines, export, quotes, CRLF and a byte order mark", () => {
    const text = [
      "\ufeff# incident 17",
      "",
      "export FEATURE_WORKSHOP_ROUTING='off'  # until fixed",
      "  FEATURE_CHECKOUT_BUTTON = green",
      '\tFLAGS_KILL="workshop_reports"',
    ].join("\r\n");
    const { active, problems } = setWith({}, text).overrides;
    expect(active.map(({ flagKey, variant, via }) => [flagKey, variant, via])).toEqual([
      ["checkout-button", "green", "FEATURE_CHECKOUT_BUTTON"],
      ["workshop_reports", "off", "FLAGS_KILL=workshop_reports"],
      ["workshop_routing", "off", "FEATURE_WORKSHOP_ROUTING"],
    ]);
    expect(problems).toEqual([]);
  });

  test("a bad line is a problem with its place, never with its content, and the others apply", () => {
    const text = "s3cret stuff\nDATABASE_URL=postgres://u:s3cret@db\n=s3cret\nFEATURE_WORKSHOP_ROUTING=false";
    const set = setWith({}, text);
    expect(set.isOn("workshop_routing", {})).toBe(false);
    expect(set.overrides.problems.map(({ severity, code, message }) => `${severity} ${code}: ${message}`)).toEqual([
      "error override-line: overrides.env:1 is not KEY=value; the line is ignored",
      "error override-line: overrides.env:3 is not KEY=value; the line is ignored",
      "error override-line: overrides.env:2 sets DATABASE_URL, but a file can only set FEATURE_…, FLAGS_KILL and FLAGS_KILL_ALL; the line is ignored",
    ]);
  });

  test("of several lines for one flag, off applies, otherwise the last one, with a warning; every FLAGS_KILL applies", () => {
    const KEY = "FEATURE_WORKSHOP_ROUTING";
    for (const lines of [`${KEY}=false\n${KEY}=true`, `${KEY}=true\n${KEY}=false`, `${KEY}=flase\n${KEY}=true`]) {
      expect(setWith({}, lines).isOn("workshop_routing", {}), lines).toBe(false);
    }
    expect(setWith({}, `${KEY}=false\n${KEY}=`).isOn("workshop_routing", {})).toBe(false);
    const colour = setWith({}, "FEATURE_CHECKOUT_BUTTON=blue\nFEATURE_CHECKOUT_BUTTON=green");
    expect(colour.evaluate("checkout-button", {}).variant).toBe("green");
    expect(problemsOf({}, `${KEY}=true\n\n${KEY}=false`)).toEqual([
      `warning override-repeated: overrides.env sets ${KEY} more than once (lines 1, 3); a line that says off applies, otherwise the last line`,
    ]);
    const kills = setWith({}, "FLAGS_KILL=workshop_routing\nFLAGS_KILL=workshop_reports").overrides;
    expect([kills.active.length, kills.problems]).toEqual([2, []]);
  });
});

test("a line with several settings, a setting in a comment and a part in UTF-16 are errors that say what to write", () => {
  const text = [
    "FEATURE_WORKSHOP_ROUTING=off FEATURE_WORKSHOP_REPORTS=off",
    "# INC-1FEATURE_WORKSHOPS_BETA=off",
    "\0F\0E",
  ].join("\n");
  expect(setWith({}, text).overrides.active.map(({ flagKey }) => flagKey)).toEqual([
    "workshop_reports",
    "workshop_routing",
    "workshops_beta",
  ]);
  expect(problemsOf({}, text)).toEqual([
    "error override-line: overrides.env:1 has several settings; write each on a line of its own; of this line, only what disables flags applies",
    "error override-line: overrides.env:2 has a setting at the end of a comment; write it on a line of its own; of this line, only what disables flags applies",
    "error override-line: overrides.env:3 is not KEY=value; the line is ignored",
    "error override-line: overrides.env:3 starts a part in UTF-16, but the rest of the file has another encoding; save the whole file as UTF-8; what can be read applies",
  ]);
});

describe("a text that may be half written", () => {
  const KEY = "FEATURE_WORKSHOP_ROUTING";
  const withEarlier = (earlier: string, text: string) =>
    compileFlags({
      flags: FLAGS,
      revision: 57,
      overrides: parseOverrides({}, [{ origin: "file", path: "overrides.env", text, earlier }]),
    });

  test.each(["", `${KEY}=`, `${KEY}=fal`, "FEATURE", `${KEY}=true`, "FLAGS_KILL=workshop_"])(
    "does not end a kill of the earlier text: %j",
    (text) => {
      expect(withEarlier(`${KEY}=false\n`, text).isOn("workshop_routing", {})).toBe(false);
      expect(withEarlier("FLAGS_KILL=workshop_r*", text).isOn("workshop_routing", {})).toBe(false);
      expect(withEarlier("FLAGS_KILL=*\nFLAGS_KILL_ALL=1", text).isOn("workshops_beta", {})).toBe(false);
    },
  );

  test("adds kills and other variants at once, and its problems are reported once", () => {
    const set = withEarlier(
      "FEATURE_CHECKOUT_BUTTON=blue\nx\nFEATURE_NOBODY=1",
      "FEATURE_CHECKOUT_BUTTON=green\nx\nFLAGS_KILL=workshops_beta,nobody",
    );
    expect(set.evaluate("checkout-button", {}).variant).toBe("green");
    expect(set.isOn("workshops_beta", {})).toBe(false);
    expect(set.overrides.problems.map(({ code }) => code)).toEqual(["override-line", "kill-no-match"]);
  });
});

test("of a text that is only the beginning of a source, only what disables flags applies", () => {
  const text =
    "FEATURE_VOICE=true\nFEATURE_CHECKOUT_BUTTON=green\nFEATURE_WORKSHOP_ROUTING=false\nFLAGS_KILL=workshops_beta";
  const flags = [...FLAGS, aFlag({ key: "voice", enabled: false })];
  const overrides = parseOverrides({}, [{ origin: "file", path: "f", text, isCut: true }]);
  const { active } = compileFlags({ flags, revision: 57, overrides }).overrides;
  expect(active.map(({ flagKey, variant }) => `${flagKey} ${variant}`)).toEqual([
    "workshop_routing off",
    "workshops_beta off",
  ]);
});

describe("names", () => {
  test("are matched in any case, in the environment and in a file; of two spellings, off applies", () => {
    for (const name of ["feature_workshop_routing", "Feature_Workshop_Routing", "FEATURE_workshop_routing"]) {
      expect(setWith({ [name]: "false" }).isOn("workshop_routing", {}), name).toBe(false);
      expect(setWith({}, `${name}=false`).isOn("workshop_routing", {}), name).toBe(false);
      expect(problemsOf({ [name]: "false" }), name).toEqual([]);
      for (const [one, other] of [
        ["on", "off"],
        ["off", "on"],
      ] as const) {
        const set = setWith({ [name]: one, FEATURE_WORKSHOP_ROUTING: other });
        expect(set.isOn("workshop_routing", {}), `${name}=${one}`).toBe(false);
      }
    }
    expect(setWith({ flags_kill: "workshop_routing" }).isOn("workshop_routing", {})).toBe(false);
    expect(setWith({ feature_x: "on", flags_env_ignore: "FEATURE_X" }).overrides.problems).toEqual([]);
  });

  test("that differ only by separators are an error with the correct name; off disables the flag, on does nothing", () => {
    for (const [key, name] of [
      ["workshop_routing", "FEATURE_WORKSHOPROUTING"],
      ["workshop_routing", "FEATURE_WORKSHOP.ROUTING"],
      ["workshop_routing", "feature-workshop-routing"],
      ["checkout-button", "FEATURE_CHECKOUTBUTTON"],
    ] as const) {
      const correct = key === "checkout-button" ? "FEATURE_CHECKOUT_BUTTON" : "FEATURE_WORKSHOP_ROUTING";
      const shown = name.toUpperCase();
      for (const [environment, file] of [
        [{ [name]: "off" }, undefined],
        [{}, `${name}=off`],
      ] as const) {
        expect(setWith(environment, file).overrides.active).toMatchObject([
          { flagKey: key, via: shown, turnsOff: true },
        ]);
        expect(problemsOf(environment, file)).toEqual([
          `error override-misspelled: ${shown} must be written ${correct}; it says off, so it disables ${key} nevertheless`,
        ]);
      }
      expect(setWith({ [name]: "on" }).overrides.active).toEqual([]);
      expect(setWith({ [name]: "flase" }).overrides.active).toEqual([]);
      expect(problemsOf({ [name]: "on" })).toEqual([
        `error override-misspelled: ${shown} must be written ${correct}; it has no effect`,
      ]);
    }
  });

  test("of another flag are never taken for a misspelled one", () => {
    const flags = [aFlag({ key: "new_checkout" }), aFlag({ key: "newcheckout" })];
    const killed = (environment: Environment) =>
      setWith(environment, undefined, { flags }).overrides.active.map(({ flagKey }) => flagKey);
    expect(killed({ FEATURE_NEWCHECKOUT: "off" })).toEqual(["newcheckout"]);
    expect(killed({ FLAGS_KILL: "newcheckout" })).toEqual(["newcheckout"]);
    const more = { flags: [aFlag({ key: "oldbanner" })], archived: ["old_banner"] };
    expect(setWith({ FEATURE_OLD_BANNER: "off" }, undefined, more).overrides.active).toEqual([]);
  });

  test("an unknown name is a warning with the nearest key, never with its value", () => {
    expect(problemsOf({ FEATURE_WORKSHOP_ROUTIN: "s3cret", FEATURE_BRANCH: "s3cret" })).toEqual([
      "warning override-unknown: FEATURE_BRANCH matches no flag",
      "warning override-unknown: FEATURE_WORKSHOP_ROUTIN matches no flag; the nearest name is workshop_routing",
    ]);
  });

  test("names of other programs can be ignored, and ignoring the override of a flag is reported", () => {
    const environment = {
      FEATURE_BRANCH: "main",
      FEATURE_WORKSHOP_ROUTING: "off",
      FLAGS_ENV_IGNORE: "FEATURE_BRANCH, FEATURE_WORKSHOP_ROUTING",
    };
    expect(setWith(environment).isOn("workshop_routing", {})).toBe(true);
    expect(problemsOf(environment)).toEqual([
      "warning override-ignored: FLAGS_ENV_IGNORE names FEATURE_WORKSHOP_ROUTING, so that variable does not override workshop_routing",
    ]);
  });

  test("an override of an archived flag is reported", () => {
    expect(problemsOf({ FEATURE_OLD_BANNER: "true" }, undefined, { archived: ["old_banner"] })).toEqual([
      "warning override-archived: FEATURE_OLD_BANNER is for old_banner, which is archived",
    ]);
  });

  test("a problem with an invalid value lists the accepted values and does not repeat the value", () => {
    expect(problemsOf({ FEATURE_CHECKOUT_BUTTON: "s3cret", FEATURE_WORKSHOP_ROUTING: "s3cret" })).toEqual([
      "error override-invalid: FEATURE_CHECKOUT_BUTTON is neither a variant (control, blue, green) nor off: checkout-button serves its off variant",
      "error override-invalid: FEATURE_WORKSHOP_ROUTING is neither on (true, 1, on, yes, enabled) nor off (false, 0, off, no, disabled, kill): workshop_routing serves its off variant",
    ]);
  });

  test("a misspelled control variable is reported, so that it does not look like a working kill", () => {
    expect(
      problemsOf({ FLAGS_KIL: "workshop_*", FLAG_KILL: "x", FLAGS_ENV: "production", FLAGS_DATABASE_URL_STAGING: "x" }),
    ).toEqual(
      [
        "warning control-unknown: FLAGS_KIL has no effect; the nearest name is FLAGS_KILL",
        "warning control-unknown: FLAG_KILL has no effect; the nearest name is FLAGS_KILL",
      ].sort(),
    );
  });
});

describe("before any data exists", () => {
  const empty = (environment: Environment) => compileFlags({ flags: [], overrides: parseOverrides(environment) });

  test("a caller with a boolean default gets true or false, any other caller its default", () => {
    const set = empty({ FEATURE_X: "true", FEATURE_Y: "off", FEATURE_Z: "blue" });
    expect(set.evaluate("x", {}, false)).toEqual({
      flagKey: "x",
      value: true,
      variant: "on",
      reason: "STATIC",
      metadata: { override: "FEATURE_X" },
    });
    expect([set.isOn("x", {}), set.isOn("y", {}), set.evaluate("y", {}, true).value]).toEqual([true, false, false]);
    expect(set.evaluate("z", {}, true)).toMatchObject({ value: false, variant: "off" });
    expect(set.evaluate("z", {}, "grey")).toEqual({
      flagKey: "z",
      value: "grey",
      reason: "STATIC",
      metadata: { override: "FEATURE_Z" },
    });
    expect(empty({ FLAGS_KILL: "pay*" }).evaluate("payments", {}, true)).toMatchObject({
      value: false,
      metadata: { override: "FLAGS_KILL=pay*" },
    });
    expect(set.evaluate("other", {}, "grey")).toMatchObject({ value: "grey", errorCode: "FLAG_NOT_FOUND" });
  });

  test("no name is reported as unknown", () => {
    expect(empty({ FEATURE_X: "true", FLAGS_KILL: "pay*" }).overrides.problems).toEqual([]);
  });

  test("with definitions a variant can be forced, and the fallback answers otherwise", () => {
    const overrides = parseOverrides({ FEATURE_CHECKOUT_BUTTON: "green", FLAGS_KILL: "tag:payments" });
    const definitions = {
      "checkout-button": button,
      workshop_routing: { ...routing, fallback: "on" },
      workshop_reports: { ...reports, fallback: "on" },
    };
    const set = compileFlags({ flags: [], overrides, definitions });
    expect(set.evaluate("checkout-button", {}, "grey")).toMatchObject({
      value: "#0f0",
      variant: "green",
      reason: "STATIC",
    });
    expect(set.evaluate("workshop_routing", {}, true)).toMatchObject({ value: false, reason: "STATIC" });
    expect(set.evaluate("workshop_reports", {}, false)).toEqual({
      flagKey: "workshop_reports",
      value: true,
      variant: "on",
      reason: "DEFAULT",
      metadata: { source: "definitions" },
    });
  });
});

test("no environment makes parsing or evaluation throw, and only words and names for on enable a flag", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom("true", "flase", "*", "!a", "tag:", "off,on", "FEATURE_X"),
  );
  const name = fc.oneof(
    fc.constantFrom("FEATURE_X", "FEATURE_", "FEATURE_x", "FLAGS_KILL", "FLAGS_KILL_ALL", "FLAGS_ENV_IGNORE", "FLAGS_"),
    text,
  );
  const numRuns = process.env["FULL"] ? 100_000 : 5_000;
  fc.assert(
    fc.property(fc.dictionary(name, text, { maxKeys: 4 }), text, (environment, file) => {
      const set = compileFlags({
        flags: [aFlag({ key: "x", enabled: false })],
        overrides: parseOverrides(environment, [{ origin: "file", path: "f", text: `FEATURE_X=${file}` }]),
      });
      const isAskedFor = [environment["FEATURE_X"] ?? "", environment["FEATURE_x"] ?? "", file].some((value) =>
        /^["'\s]*(true|1|on|yes|enabled)["'\s]*(\s#.*)?/i.test(value.trim()),
      );
      if (set.isOn("x", {})) expect(isAskedFor).toBe(true);
    }),
    { numRuns },
  );
});
