import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vitest = `${root}/node_modules/vitest/vitest.mjs`;
const config = "scripts/test/fixtures/closing-line/vitest.config.ts";

function lastLine(file: string): string | undefined {
  const { stdout } = spawnSync(process.execPath, [vitest, "run", "--config", config, file], {
    cwd: root,
    encoding: "utf8",
  });
  return stdout.trimEnd().split("\n").at(-1);
}

it("counts tests that pass, fail and are skipped, in nested suites too", () => {
  expect(lastLine("mixed")).toBe("2 passed, 1 failed, 1 skipped");
});

it("counts a file that cannot be loaded, a hook that fails and an error outside of any test as failures", () => {
  expect(lastLine("unloadable")).toBe("0 passed, 1 failed");
  expect(lastLine("hook")).toBe("0 passed, 1 failed, 1 skipped");
  expect(lastLine("unhandled")).toBe("1 passed, 1 failed");
});
