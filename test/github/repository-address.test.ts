import { describe, expect, test } from "vitest";
import { apiUrlOf, checkedApiUrl, repositoryAddress, repositoryOfRemote } from "../../src/github/repository-address.ts";
import { aFolder, aRepository } from "../support/repository.ts";

describe("the repository of a remote's address", () => {
  test.each([
    ["https://github.com/acme/flags.git", "acme/flags", "https://github.com"],
    ["https://github.com/acme/flags", "acme/flags", "https://github.com"],
    ["https://github.com/acme/flags/", "acme/flags", "https://github.com"],
    ["https://user:secret@github.com/acme/flags.git", "acme/flags", "https://github.com"],
    ["git@github.com:acme/flags.git", "acme/flags", "https://github.com"],
    ["github.com:acme/flags", "acme/flags", "https://github.com"],
    ["ssh://git@github.com/acme/flags.git", "acme/flags", "https://github.com"],
    ["ssh://git@ssh.github.com:443/acme/flags.git", "acme/flags", "https://github.com"],
    ["git://github.com/acme/flags.git", "acme/flags", "https://github.com"],
    ["https://github.acme.dev:8443/acme/my.flags.git", "acme/my.flags", "https://github.acme.dev:8443"],
    ["ssh://git@github.acme.dev:7999/acme/flags.git", "acme/flags", "https://github.acme.dev"],
    ["git@acme.ghe.com:acme/flags.git", "acme/flags", "https://acme.ghe.com"],
  ])("%s", (address, repository, server) => {
    expect(repositoryOfRemote(address)).toEqual({ repository, server });
  });

  test.each([
    "/srv/git/flags.git",
    "../flags.git",
    "C:\\git\\flags",
    "C:/git/flags",
    "file:///srv/git/acme/flags.git",
    "https://github.com/acme",
    "https://github.com/acme/flags/tree/main",
    "https://github.com/../flags",
    "",
  ])("%s is not the address of a repository", (address) => {
    expect(repositoryOfRemote(address)).toBeUndefined();
  });
});

test("the address of the API fits the kind of GitHub server", () => {
  expect(apiUrlOf("https://github.com")).toBe("https://api.github.com");
  expect(apiUrlOf("https://acme.ghe.com")).toBe("https://api.acme.ghe.com");
  expect(apiUrlOf("https://github.acme.dev:8443")).toBe("https://github.acme.dev:8443/api/v3");
});

describe("the servers that may receive a token", () => {
  test.each([
    "https://api.github.com/",
    "https://github.acme.dev/api/v3",
    "http://127.0.0.1:4000/api/v3",
    "http://localhost:1",
  ])("%s", (url) => {
    expect(checkedApiUrl(url)).toBe(url.replace(/\/$/, ""));
  });

  test.each([
    ["http://github.acme.dev/api/v3", "GITHUB_API_URL would send the token to github.acme.dev in clear text"],
    ["https://dana:secret@github.acme.dev", "GITHUB_API_URL contains a user name or password"],
    ["ftp://github.acme.dev", "GITHUB_API_URL is not a valid URL"],
    ["github.acme.dev", "GITHUB_API_URL is not a valid URL"],
    ["https://api.github.com/?a=b", "GITHUB_API_URL is not a valid URL"],
  ])("not %s", (url, message) => {
    expect(() => checkedApiUrl(url)).toThrow(expect.objectContaining({ code: "USAGE", message }));
  });
});

describe("the choice of the repository", () => {
  test("a workflow's environment takes precedence over the remote", async () => {
    const repository = aRepository();
    repository.git("remote", "add", "origin", "git@github.com:acme/other.git");
    const env = { GITHUB_REPOSITORY: "acme/flags", GITHUB_API_URL: "https://github.acme.dev/api/v3" };
    expect(await repositoryAddress(env, repository.folder)).toEqual({
      repository: "acme/flags",
      apiUrl: "https://github.acme.dev/api/v3",
    });
    expect(
      await repositoryAddress({ GITHUB_REPOSITORY: "acme/flags", GITHUB_SERVER_URL: "https://acme.ghe.com" }),
    ).toEqual({
      repository: "acme/flags",
      apiUrl: "https://api.acme.ghe.com",
    });
  });

  test("otherwise the remote origin names it, also from a subfolder", async () => {
    const repository = aRepository();
    repository.write("apps/shop/flags/a.yaml", "x");
    repository.git("remote", "add", "origin", "https://github.acme.dev/acme/flags.git");
    const found = { repository: "acme/flags", apiUrl: "https://github.acme.dev/api/v3" };
    for (const named of [{ GH_HOST: "github.acme.dev" }, { GITHUB_SERVER_URL: "https://GitHub.acme.dev" }]) {
      const env = { PATH: process.env["PATH"], ...named };
      expect(await repositoryAddress(env, `${repository.folder}/apps/shop`)).toEqual(found);
    }
    repository.git("remote", "set-url", "origin", "git@github.com:acme/flags.git");
    expect(await repositoryAddress({}, repository.folder)).toEqual({ ...found, apiUrl: "https://api.github.com" });
  });

  test.each([
    ["https://github.evil.example/acme/flags.git", {}],
    ["git@github.com.evil.example:acme/flags.git", {}],
    ["https://acme.ghe.com/acme/flags", {}],
    ["https://github.com:8443/acme/flags", {}],
    ["https://github.acme.dev/acme/flags", { GH_HOST: "github.acme.dev:8443" }],
    ["https://github.com/acme/flags", { GH_HOST: "github.acme.dev" }],
  ])("a server that only the remote %s names is refused, with what to set", async (address, env) => {
    const repository = aRepository();
    repository.git("remote", "add", "origin", address);
    const { host } = new URL(repositoryOfRemote(address)?.server ?? "");
    await expect(repositoryAddress(env, repository.folder)).rejects.toMatchObject({
      code: "USAGE",
      message: `the remote origin is on ${host}, and the GitHub token is not sent to a host that only the remote names`,
      hint: expect.stringContaining(`export GH_HOST=${host}`),
    });
  });

  test.each([
    [{ GH_HOST: "https://github.acme.dev" }, "GH_HOST is"],
    [{ GITHUB_SERVER_URL: "github.acme.dev" }, "GITHUB_SERVER_URL is not a valid URL"],
  ])("%o is malformed", async (env, said) => {
    await expect(repositoryAddress({ GITHUB_REPOSITORY: "acme/flags", ...env })).rejects.toThrow(said);
  });

  test("a password in the remote's address is never shown", async () => {
    const repository = aRepository();
    repository.git("remote", "add", "origin", "https://dana:ghp_secret@github.com/acme");
    const refused = await repositoryAddress({}, repository.folder).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "USAGE" });
    expect(String(refused)).not.toContain("ghp_secret");
  });

  test.each([
    [{ GITHUB_REPOSITORY: "flags" }, 'GITHUB_REPOSITORY is "flags"; write owner/name'],
    [{ GITHUB_REPOSITORY: "acme/flags/x" }, 'GITHUB_REPOSITORY is "acme/flags/x"; write owner/name'],
    [{ GITHUB_REPOSITORY: "acme/.." }, 'GITHUB_REPOSITORY is "acme/.."; write owner/name'],
    [{}, "GITHUB_REPOSITORY is not set"],
  ])("%o names no repository", async (env, said) => {
    await expect(repositoryAddress(env)).rejects.toThrow(`cannot determine the GitHub repository: ${said}`);
  });

  test("a missing remote, an ssh alias, and a folder outside git each cause an error that says what to set", async () => {
    const repository = aRepository();
    await expect(repositoryAddress({}, repository.folder)).rejects.toThrow("the repository has no remote origin");
    repository.git("remote", "add", "origin", "git@work:acme/flags.git");
    await expect(repositoryAddress({}, repository.folder)).rejects.toThrow(
      'the host "work" of the remote origin is an SSH host alias',
    );
    const known = { GITHUB_API_URL: "https://api.github.com" };
    expect(await repositoryAddress(known, repository.folder)).toMatchObject({ repository: "acme/flags" });
    await expect(repositoryAddress({}, aFolder())).rejects.toMatchObject({ code: "NOT_A_REPOSITORY" });
  });
});
