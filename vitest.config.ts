import { existsSync, globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { closingLine } from "./scripts/closing-line.ts";

// Paths are made from this file's place, since a package's own `test` script starts vitest from its folder.
const root = fileURLToPath(new URL(".", import.meta.url));
const folders = globSync(["packages/*/test", "apps/*/test", "benchmarks/test", "examples/test", "scripts/test"], {
  cwd: root,
}).map(dirname);

function project(folder: string): TestProjectInlineConfiguration {
  return {
    extends: true,
    root: `${root}${folder}`,
    test: {
      name: nameOf(folder),
      include: ["test/**/*.test.ts"],
      typecheck: {
        enabled: globSync("test/**/*.test-d.ts", { cwd: `${root}${folder}` }).length > 0,
        checker: "tsc",
        include: ["test/**/*.test-d.ts"],
        // Errors elsewhere are the business of `typecheck`.
        ignoreSourceErrors: true,
      },
    },
  };
}

function nameOf(folder: string): string {
  const manifest = `${root}${folder}/package.json`;
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).name : folder;
}

export default defineConfig({
  test: {
    projects: folders.map(project),
    reporters: ["default", closingLine()],
    // Generous, for machines with few cores that do other work too. A test that needs more says so itself.
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Two files at a time even on two cores, where vitest would take one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A test without an assertion cannot fail.
    expect: { requireAssertions: true },
  },
});
