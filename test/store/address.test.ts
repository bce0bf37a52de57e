import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { databaseLabel, findDatabase, sqliteAddress } from "../../src/store/address.ts";
import { openStore } from "../../src/store/open.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "flaghoist-address-")));
mkdirSync(join(root, "app", "flags", "workshop"), { recursive: true });
mkdirSync(join(root, "app", "src", "deep"), { recursive: true });
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ask = { environment: "pre-production", env: {}, folder: join(root, "app", "src", "deep") };

describe("the address of a database", () => {
  test("comes from the option, else from the variable of the environment, else from the common variable", () => {
    const env = { FLAGS_DATABASE_URL_PRE_PRODUCTION: "postgres://own/flags", FLAGS_DATABASE_URL: "file:common.db" };
    expect(findDatabase({ ...ask, env, option: "file:option.db" })).toEqual({
      url: "file:option.db",
      source: "--database",
    });
    expect(findDatabase({ ...ask, env })).toEqual({
      url: "postgres://own/flags",
      source: "FLAGS_DATABASE_URL_PRE_PRODUCTION",
    });
    expect(findDatabase({ ...ask, env, environment: "staging" })).toEqual({
      url: "file:common.db",
      source: "FLAGS_DATABASE_URL",
    });
  });

  test("an empty variable is refused, because it is most likely a secret that does not exist", () => {
    const env = { FLAGS_DATABASE_URL_PRE_PRODUCTION: "", FLAGS_DATABASE_URL: "file:common.db" };
    const empty = (name: string) => expect.objectContaining({ code: "USAGE", message: `${name} is set, but empty` });
    expect(() => findDatabase({ ...ask, env })).toThrow(empty("FLAGS_DATABASE_URL_PRE_PRODUCTION"));
    expect(() => findDatabase({ ...ask, env: { FLAGS_DATABASE_URL: "  " } })).toThrow(empty("FLAGS_DATABASE_URL"));
  });

  test("an empty option is refused, because it is most likely a variable that is not set", () => {
    const env = { FLAGS_DATABASE_URL: "file:common.db" };
    const empty = expect.objectContaining({ code: "USAGE", message: "--database is empty" });
    expect(() => findDatabase({ ...ask, env, option: "" })).toThrow(empty);
    expect(() => findDatabase({ ...ask, env, option: " " })).toThrow(empty);
  });

  test("is by default a file beside the nearest flags/ upwards", () => {
    const file = join(root, "app", ".flaghoist", "pre-production.db");
    expect(findDatabase(ask).url).toBe(pathToFileURL(file).href);
    expect(findDatabase({ ...ask, folder: join(root, "app") }).url).toBe(pathToFileURL(file).href);
    expect(sqliteAddress(findDatabase(ask).url)).toEqual({ file, readOnly: false });
  });

  test("is in the folder itself if there is no flags/", () => {
    expect(findDatabase({ ...ask, folder: root }).url).toBe(
      pathToFileURL(join(root, ".flaghoist", "pre-production.db")).href,
    );
  });

  test.for(["", "/staging.db", "/staging.db-wal", "/staging.db-shm", "/staging.db-journal"])(
    "by default, .flaghoist%s must not be a link, which a commit can contain",
    (path) => {
      const tree = realpathSync(mkdtempSync(join(root, "tree-")));
      mkdirSync(join(tree, "flags"));
      writeFileSync(join(tree, "other.db"), "");
      if (path !== "") mkdirSync(join(tree, ".flaghoist"));
      const lookup = { environment: "staging", env: {}, folder: join(tree, "flags") };
      expect(findDatabase(lookup).source).toBe("default");
      symlinkSync(path === "" ? "nowhere" : "../other.db", join(tree, `.flaghoist${path}`));
      expect(() => findDatabase(lookup)).toThrow(
        expect.objectContaining({
          code: "FILE_UNUSABLE",
          message: expect.stringContaining(`.flaghoist${path} is a symbolic link to`),
          hint: expect.stringContaining("FLAGS_DATABASE_URL_STAGING"),
        }),
      );
      // A file that a person names may be behind a link.
      const option = `file:${tree}/.flaghoist/staging.db`;
      expect(findDatabase({ ...lookup, option })).toEqual({ url: option, source: "--database" });
    },
  );

  test("an invalid address is refused with the name of its source, without its value", () => {
    const find = () => findDatabase({ ...ask, env: { FLAGS_DATABASE_URL: "mysql://u:secret@h/d" } });
    expect(find).toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining("FLAGS_DATABASE_URL") }),
    );
    expect(find).not.toThrow(/secret/);
  });

  test.for(["../production", "", "a b", ".."])("the environment %j cannot name a file", (environment) => {
    expect(() => findDatabase({ ...ask, environment })).toThrow(/environment/);
  });
});

describe("file: addresses", () => {
  test.for([
    ["file:flags.db", join(process.cwd(), "flags.db"), false],
    ["file:./a/flags.db", join(process.cwd(), "a", "flags.db"), false],
    ["file:/var/lib/flags.db", "/var/lib/flags.db", false],
    ["file:///var/lib/with%20space.db", "/var/lib/with space.db", false],
    ["file:///var/lib/flags.db?mode=ro", "/var/lib/flags.db", true],
    ["file:100%25.db", join(process.cwd(), "100%.db"), false],
  ] as const)("%s", ([url, file, readOnly]) => {
    expect(sqliteAddress(url)).toEqual({ file, readOnly });
  });

  test.for(["file:", "file://server/share.db", "file:a%zz.db", "file:a.db?mode=memory", "file:a.db?cache=shared"])(
    "%s is refused",
    async (url) => {
      await expect(openStore(url)).rejects.toMatchObject({ code: "USAGE" });
    },
  );
});

describe("postgres:// addresses", () => {
  test.for([
    ["postgres://u:secret@h/d?schema=feat", /parameter schema is not supported/, /search path/],
    ["postgres://u:secret@h/d?foo=1", /parameter foo is not supported/, /valid: host/],
    ["postgres://u:secret@h/d?dbname=x", /parameter dbname is not supported/, /after the host/],
    ["postgres://u:secret@h/d?sslmode=require&sslmode=disable", /sslmode appears twice/, undefined],
    ["postgres://u:secret@a,b/d", /several hosts/, /one server/],
    ["postgres://u:secret@a:1,b:2/d", /several hosts/, /one server/],
    ["postgres://u:secret@/d?host=a,b", /several hosts/, /one server/],
    ["postgres://u:secret@h/d?options=--cluster%3Dx", /options .* supports only settings/, /search_path/],
    ["postgres://u:p#secret@h/d", /malformed/, /%23/],
    ["postgres://u:p/secret@h/d", /malformed/, /%2F/],
    ["postgres://u:p?secret@h/d", /malformed|not supported/, undefined],
  ] as const)("%s is refused, and no value is shown", async ([url, says, hint]) => {
    const error = await openStore(url).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "USAGE", message: expect.stringMatching(says) });
    if (hint !== undefined) expect(error).toMatchObject({ hint: expect.stringMatching(hint) });
    expect(JSON.stringify(error) + String(error)).not.toContain("secret");
  });
});

describe("labels", () => {
  test.for([
    ["postgres://flags@db.internal/flags", "postgres flags@db.internal/flags"],
    ["postgresql://flags:secret@db.internal:6432/flags?sslmode=require", "postgres flags@db.internal:6432/flags"],
    ["postgres://flags:secret@localhost/flags?host=/var/run/postgresql", "postgres flags@/var/run/postgresql/flags"],
    ["postgres://flags:secret@/flags?host=/tmp", "postgres flags@/tmp/flags"],
    ["postgres://%2Fvar%2Frun/flags", "postgres /var/run/flags"],
    ["postgres://[::1]:5432/flags", "postgres [::1]:5432/flags"],
    ["postgres:///flags", "postgres localhost/flags"],
    ["postgres://db/flags?user=app&password=secret", "postgres app@db/flags"],
    ["postgres://flags:se/cr@et@db/flags", "postgres flags@db/flags"],
    ["postgres://flags:sec?ret@db/flags", "postgres flags@db/flags"],
    ["postgres://flags:secret/flags", "postgres (address not shown)"],
    ["postgres://db/flags?application_name=a@b", "postgres db/flags"],
    ["postgres://flags:pw@db/flags?application_name=a@b", "postgres flags@db/flags"],
    ["postgres://flags:p@ss@db/flags", "postgres flags@db/flags"],
  ] as const)("of %s", ([url, label]) => {
    expect(databaseLabel(url)).toBe(label);
  });

  test("of a file in the working folder is its relative path", () => {
    expect(databaseLabel("file:.flaghoist/development.db")).toBe("sqlite .flaghoist/development.db");
    expect(databaseLabel("file:/var/lib/flags.db")).toBe("sqlite /var/lib/flags.db");
  });
});
