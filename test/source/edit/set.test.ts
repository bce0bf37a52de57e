import { expect, test } from "vitest";
import { flagTree } from "../../../src/source/edit/flag-tree.ts";
import { rollOut } from "../../../src/source/edit/rollout.ts";
import { setInFlag } from "../../../src/source/edit/set.ts";
import { changedLines, changedMeanings, exampleFiles, refusalOf, sourceFile, treeOf } from "./support.ts";

const FLAG = `# The checkout.
name: "Checkout"
description: >
  Two lines of
  folded text.
owner: 'team-a' # who answers
kind: ops
enabled: true # the kill switch

rules:
  # Staff come first.
  - name: staff first
    if: { segment: staff }
    serve: true

  - name: Toronto beta
    rollout: { percentage: 25%, by: sessionId } # a quarter
    if:
      userRole: [mechanic, customer]
rollout: 10% # everyone else

environments:
  # Staging is open.
  staging:
    rollout: all # for all

  production: { enabled: false }

tests: [ { in: production, given: {}, expect: false } ]
`;

function set(changes: readonly string[], environment: string | null = null, text = FLAG, evenIfMasked = false) {
  return setInFlag(treeOf({ checkout: text }), { key: "checkout", environment, evenIfMasked }, changes);
}

test("a scalar is replaced in place, with its quotes and comment kept", () => {
  expect(changedLines(set(["owner=team-b", "name=Check out"]))).toEqual([
    '- name: "Checkout"',
    '+ name: "Check out"',
    "- owner: 'team-a' # who answers",
    "+ owner: 'team-b' # who answers",
  ]);
});

test("a folded text becomes one line, and the following lines are kept", () => {
  expect(changedLines(set(["description=One line, and # a sign: quoted"]))).toEqual([
    "- description: >",
    "-   Two lines of",
    "-   folded text.",
    '+ description: "One line, and # a sign: quoted"',
  ]);
});

test("a missing key is inserted at its place in the field order", () => {
  expect(changedLines(set(["expires=2027-06-01", "tags=shop, growth", "client=true"]))).toEqual([
    "+ expires: 2027-06-01",
    "+ tags: [shop, growth]",
    "+ client: true",
  ]);
  const [edit] = set(["expires=2027-06-01"]).edits;
  expect(edit?.after).toContain("kind: ops\nexpires: 2027-06-01\nenabled: true # the kill switch\n");
});

test("a rule is found by its name, and only its share changes", () => {
  expect(changedLines(set(['rules["Toronto beta"].rollout=50%']))).toEqual([
    "-     rollout: { percentage: 25%, by: sessionId } # a quarter",
    "+     rollout: { percentage: 50%, by: sessionId } # a quarter",
  ]);
  expect(changedLines(set(["rules[1].rollout=5%"]))).toEqual(["+     rollout: 5%"]);
  expect(changedLines(set(["rules[Toronto beta].rollout="]))).toEqual([
    "-     rollout: { percentage: 25%, by: sessionId } # a quarter",
  ]);
});

test("an overlay is edited in its existing form, flow or block", () => {
  expect(changedLines(set(["enabled=false", "serve=false"], "staging"))).toEqual([
    "+     enabled: false",
    "+     serve: false",
  ]);
  expect(changedLines(set(["rollout=25%"], "production"))).toEqual([
    "-   production: { enabled: false }",
    "+   production: { enabled: false, rollout: 25% }",
  ]);
});

test("a new overlay is inserted in the order of promotion, in the form of its neighbours", () => {
  expect(changedLines(set(["rollout=none"], "development"))).toEqual(["+   development:", "+     rollout: none"]);
  const flow = FLAG.replace("  staging:\n    rollout: all # for all\n", "  staging: { rollout: all }\n");
  expect(changedLines(set(["rollout=none"], "development", flow))).toEqual(["+   development: { rollout: none }"]);
});

test("the first overlay adds the key environments, separated by an empty line like other sections", () => {
  const bare = "name: A\ndescription: B\nowner: team-a\nkind: ops\nenabled: true\nrollout: all\n\ntests: []\n";
  const result = set(["enabled=false"], "production", bare);
  expect(changedLines(result)).toEqual(["+ environments:", "+   production: { enabled: false }", "+ "]);
  expect(result.edits[0]?.after).toBe(
    bare.replace("all\n\n", "all\n\nenvironments:\n  production: { enabled: false }\n\n"),
  );
});

test("removing the last key of an overlay removes the overlay, and the last overlay removes environments", () => {
  // Of the two empty lines that would meet, one goes too.
  expect(changedLines(set(["enabled="], "production"))).toEqual(["-   production: { enabled: false }", "- "]);
  const only =
    "name: A\ndescription: B\nowner: team-a\nkind: ops\nenabled: true\nrollout: all\nenvironments:\n  staging: { enabled: false }\n";
  expect(changedLines(set(["enabled="], "staging", only))).toEqual([
    "- environments:",
    "-   staging: { enabled: false }",
  ]);
});

test("a share keeps its attribute, in the base and in an overlay", () => {
  const bySession = FLAG.replace("rollout: 10% #", "rollout: { percentage: 10%, by: sessionId } #");
  expect(changedLines(set(["rollout=20%"], "production", bySession))).toEqual([
    "-   production: { enabled: false }",
    "+   production: { enabled: false, rollout: { percentage: 20%, by: sessionId } }",
  ]);
  expect(changedLines(set(["rollout.by=workshopId"], "production"))).toEqual([
    "-   production: { enabled: false }",
    "+   production: { enabled: false, rollout: { percentage: 10%, by: workshopId } }",
  ]);
});

test("CRLF and a missing final line ending are kept", () => {
  const crlf = FLAG.replaceAll("\n", "\r\n").trimEnd();
  const [edit] = set(["salt=old", "rollout=30%"], null, crlf, true).edits;
  expect(edit?.after).toBe(
    crlf.replace("rollout: 10% #", "rollout: 30% #").replace("kind: ops\r\n", "kind: ops\r\nsalt: old\r\n"),
  );
});

test("a file without a final line ending stays so when its last line is added or removed", () => {
  const bare = "name: A\ndescription: B\nowner: team-a\nkind: ops\nenabled: true\nrollout: all";
  expect(set(["serve=false"], null, bare).edits[0]?.after).toBe(`${bare}\nserve: false`);
  expect(set(["serve="], null, `${bare}\nserve: false`).edits[0]?.after).toBe(bare);
});

test("setting the same value again changes nothing", () => {
  expect(set(["rollout=10%", "owner=team-a"], null, FLAG, true).edits).toEqual([]);
});

test("an edit of the base that an overlay hides is refused with the lines that would work", () => {
  const refusal = refusalOf(() => set(["rollout=50%"]));
  expect(refusal.message).toBe("staging has its own rollout, so this edit would not reach it");
  expect(refusal.hint).toContain("hoist set checkout rollout=50% --env staging\n");
  expect(changedMeanings(set(["rollout=50%"], "staging"))).toEqual(["staging checkout"]);
  expect(refusal.hint).toContain("hoist set checkout rollout=50% --base");
  expect(changedMeanings(set(["rollout=50%"], null, FLAG, true))).toEqual([
    "base checkout",
    "development checkout",
    "production checkout",
  ]);
});

test.each([
  [["rollout"], null, '"rollout" is not an assignment; write path=value'],
  [["rolout=50%"], null, 'rolout=50%: field "rolout" does not exist'],
  [["environments.production.enabled=true"], null, "use --env to edit an overlay"],
  [["tests=[]"], null, "edit tests in the file itself"],
  [["rules=[]"], null, "rules are set one field at a time"],
  [['rules["Toronto bta"].rollout=1%'], null, 'rule "Toronto bta" does not exist'],
  [['rules["Toronto beta"].rollout=1%'], "production", "production has no rules of its own"],
  [["owner=team-b"], "production", "owner is the same in all environments"],
  [["enabled=true"], "prodution", 'environment "prodution" is not declared in flags/_config.yaml'],
  [["owner=team-x"], null, 'owner "team-x" is not declared'],
  [["serve={ split: { true: 10%"], "production", "the value is not valid YAML"],
  [["serve={ split: { true: 10% } }"], "production", "the split adds up to 10 %"],
  [["rollout=101%"], "production", "flags/checkout.yaml"],
  [["name="], null, "the edit would cause an error"],
  [["requires.other=true"], null, 'requires names flag "other"'],
])("%j with --env %s is refused, and nothing is edited", (changes, environment, message) => {
  expect(refusalOf(() => set(changes, environment)).message).toContain(message);
});

test("a value without brackets and quotes is text, unless it is true, false or a number", () => {
  const written = (change: string) => changedLines(set([change]));
  expect(written("metadata.colour=#1d4ed8")).toEqual(['+ metadata: { colour: "#1d4ed8" }']);
  expect(written("metadata.range=>=5.5 # not a comment")).toEqual(['+ metadata: { range: ">=5.5 # not a comment" }']);
  expect(written("metadata.word=yes")).toEqual(['+ metadata: { word: "yes" }']);
  expect(written("metadata.count=7")).toEqual(["+ metadata: { count: 7 }"]);
  expect(written('metadata.text="7"')).toEqual(['+ metadata: { text: "7" }']);
  expect(written("metadata.list=[a, 1]")).toEqual(["+ metadata: { list: [a, 1] }"]);
  expect(refusalOf(() => set(["enabled=yes"], "production")).message).toContain("true or false");
});

test("an edit drops the acknowledgement of an end state that it changes, and no other", () => {
  const text = FLAG.replace(
    "tests:",
    'acknowledge: { staging: "0a1b2c3d", production: "12345678", reason: "went well" }\ntests:',
  );
  const result = set(["rollout=5%"], "production", text);
  expect(result.voided).toEqual(["production"]);
  expect(result.edits[0]?.after).toContain('acknowledge: { staging: "0a1b2c3d", reason: "went well" }\n');
  const both = set(["rules[1].serve=false"], null, text);
  expect(both.voided).toEqual(["staging", "production"]);
  expect(both.edits[0]?.after).not.toContain("acknowledge");
  expect(set(["description=Only prose."], null, text).voided).toEqual([]);
});

test("an acknowledgement that the edit itself writes stays, and its id is quoted", () => {
  expect(changedLines(set(["acknowledge.production=12345678", "acknowledge.reason=went well"]))).toEqual([
    '+ acknowledge: { production: "12345678", reason: went well }',
  ]);
});

test("tests that an edit breaks are reported, and those that failed before are not", () => {
  const result = set(["enabled=true", "rollout=all"], "production");
  expect(result.failures.map(({ message }) => message)).toEqual([
    expect.stringContaining("test 1 expects false in production"),
  ]);
  expect(set(["rollout=none"], "staging").failures).toEqual([]);
});

test("a flag whose file has errors is not edited, and the error is reported", () => {
  const files = [
    sourceFile("flags/_config.yaml", "environments: { production: {} }\nowners: { team-a: a }\n"),
    sourceFile(
      "flags/broken.yaml",
      "name: A\ndescription: B\nowner: team-a\nkind: opps\nenabled: true\nrollout: all\n",
    ),
    sourceFile("flags/sound.yaml", "name: A\ndescription: B\nowner: team-a\nkind: ops\nenabled: true\nrollout: all\n"),
  ];
  const options = { environment: null, evenIfMasked: false };
  expect(refusalOf(() => setInFlag(flagTree(files), { ...options, key: "broken" }, ["kind=ops"])).message).toContain(
    "flags/broken.yaml:4:7",
  );
  // Another file's errors are no reason not to switch something off.
  expect(changedLines(setInFlag(flagTree(files), { ...options, key: "sound" }, ["enabled=false"]))).toEqual([
    "- enabled: true",
    "+ enabled: false",
  ]);
  expect(refusalOf(() => setInFlag(flagTree(files), { ...options, key: "sond" }, ["enabled=false"])).hint).toBe(
    'did you mean "sound"?',
  );
});

test("rollout takes a share, all, none, roles or a whitelist", () => {
  const roll = (wish: Parameters<typeof rollOut>[2]) =>
    rollOut(treeOf({ checkout: FLAG }), { key: "checkout", environment: "production", evenIfMasked: false }, wish);
  const written = (wish: Parameters<typeof rollOut>[2]) => changedLines(roll(wish)).at(-1);
  expect(written({ share: "25" })).toBe("+   production: { enabled: false, rollout: 25% }");
  expect(written({ share: "all" })).toBe("+   production: { enabled: false, rollout: all }");
  expect(written({ share: "none" })).toBe("+   production: { enabled: false, rollout: none }");
  expect(written({ share: "5%", by: "sessionId" })).toBe(
    "+   production: { enabled: false, rollout: { percentage: 5%, by: sessionId } }",
  );
  expect(written({ roles: ["admin"] })).toBe("+   production: { enabled: false, rollout: { roles: [admin] } }");
  expect(written({ whitelist: { userId: ["user-42", "7"] } })).toBe(
    '+   production: { enabled: false, rollout: { whitelist: { userId: [user-42, "7"] } } }',
  );
  for (const wish of [
    {},
    { share: "half" },
    { share: "5%", roles: ["admin"] },
    { roles: ["admin"], rule: "staff first" },
  ]) {
    expect(refusalOf(() => roll(wish)).code).toBe("USAGE");
  }
});

test("for every example flag, a description, an overlay and a kill each change one place and one meaning", () => {
  const tree = flagTree(exampleFiles());
  for (const { key, file } of tree.loaded.flags) {
    const options = { key, evenIfMasked: false };
    expect(
      changedLines(setInFlag(tree, { ...options, environment: null }, ["description=Another sentence, plain."])),
    ).toEqual([`- description: ${file.description}`, "+ description: Another sentence, plain."]);
    for (const environment of ["development", "staging", "production"]) {
      const changes = [`enabled=${!(file.environments?.[environment]?.enabled ?? file.enabled)}`];
      const result = setInFlag(tree, { ...options, environment }, changes);
      expect(changedMeanings(result)).toEqual([`${environment} ${key}`]);
      const lines = changedLines(result);
      expect(
        lines.every((line) => line.includes(environment)),
        lines.join("\n"),
      ).toBe(true);
      expect(lines.length).toBeLessThanOrEqual(2);
    }
  }
});
