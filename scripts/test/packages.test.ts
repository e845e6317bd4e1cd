import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fingerprint, findManifests } from "../toolchain/packages.mjs";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "workspace-"));
  for (const file of [
    "package.json",
    "apps/demo/package.json",
    "benchmarks/package.json",
    "node_modules/zod/package.json",
    ".cache/x/package.json",
  ])
    write(file, "{}");
  write("pnpm-lock.yaml", "lockfileVersion: '9.0'\n");
  write("pnpm-workspace.yaml", "packages: []\n");
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

it("finds the manifests of the workspace, not those of its dependencies", () => {
  expect(findManifests(root)).toEqual([
    join("apps", "demo", "package.json"),
    join("benchmarks", "package.json"),
    "package.json",
  ]);
});

it.each(["pnpm-lock.yaml", "pnpm-workspace.yaml", "apps/demo/package.json"])(
  "wants a new install after a change of %s",
  (file) => {
    const before = fingerprint(root, findManifests(root));
    expect(fingerprint(root, findManifests(root))).toBe(before);
    write(file, '{ "name": "changed" }');
    expect(fingerprint(root, findManifests(root))).not.toBe(before);
  },
);
