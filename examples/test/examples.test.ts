import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../src/", import.meta.url));

/** What each example says when it did what it is there to show. */
const shows: Readonly<Record<string, RegExp>> = {
  "compare-policies.ts": /^informed .*success 1\.000/m,
  "fork-an-episode.ts": /^A C$/m,
  "train-rebn.ts": /held-out success 0\.\d+ -> 0\.\d+/,
  "write-an-env.ts": /You win\.\ncheckEnv: all checks passed/,
};

describe("examples", () => {
  it("are all here", () => {
    expect(readdirSync(source).sort()).toEqual(Object.keys(shows).sort());
  });

  it.each(Object.entries(shows))("%s runs and shows what it should", { timeout: 180_000 }, async (name, shown) => {
    const { stdout } = await promisify(execFile)(process.execPath, [source + name]);
    expect(stdout).toMatch(shown);
  });
});
