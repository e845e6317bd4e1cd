import { execa } from "execa";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const DEMO = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const GEM = join(dirname(fileURLToPath(import.meta.resolve("@gem-ts/cli"))), "main.ts");
const SCORES = { success: expect.any(Number), turns: expect.any(Number), return: expect.any(Number) };

let folder = "";
let model = "";

/** Runs the real demonstration in a process of its own. */
function demo(...args: readonly string[]) {
  return execa(process.execPath, [DEMO, "--model", model, ...args], {
    reject: false,
    stdin: "ignore",
    cwd: folder,
    env: { NO_COLOR: "1", GEM_DEBUG: "" },
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gem-demo-"));
  model = join(folder, "model");
  const size = ["--steps", "4", "--batch", "16", "--layers", "1", "--width", "32", "--episodes", "2", "--workers", "0"];
  await execa(process.execPath, [GEM, "pretrain", "--out", model, ...size]);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a demonstration goes through every part", { timeout: 90_000 }, async () => {
  const { stdout, stderr, exitCode } = await demo("--preset", "test", "--headless", "--seed", "3");
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  for (const part of [
    "game:GuessTheNumber-v0-hard",
    "seed 3",
    "Before training",
    "iteration 4/4",
    "sample 4",
    "After training",
    "Best possible play, exact",
  ]) {
    expect(stdout).toContain(part);
  }
  expect(stdout).not.toContain("\u001b");
  const report = /^Report +(.*)$/m.exec(stdout)![1]!;
  expect(report).toBe(join(folder, "runs/GuessTheNumber-v0-hard-rebn-seed3/report.html"));
  expect(await readFile(report, "utf8")).toContain("--preset test --headless --seed 3");
});

test("with --json the last line of standard output is the result", { timeout: 90_000 }, async () => {
  const { stdout, exitCode } = await demo(
    "--preset",
    "test",
    "--json",
    "--algorithm",
    "reinforce",
    "--env",
    "game:GuessTheNumber-v0-easy",
    "--run",
    "mine",
  );
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout.split("\n").at(-1)!)).toEqual({
    before: SCORES,
    after: SCORES,
    seconds: expect.any(Number),
    run: join(folder, "mine"),
  });
});

test("Ctrl-C leaves a run that the printed command goes on with", { timeout: 120_000 }, async () => {
  const child = demo("--headless", "--run", "stopped");
  for (let waited = 0; !existsSync(join(folder, "stopped/metrics.jsonl")); waited += 20) {
    if (waited > 60_000) throw new Error("the demonstration never began to train");
    await setTimeout(20);
  }
  child.kill("SIGINT");
  const { stdout, exitCode } = await child;
  expect(exitCode).toBe(130);
  expect(/^ +(node .* --resume stopped)$/m.exec(stdout)?.[1]).toBeDefined();
  const resumed = demo("--headless", "--resume", "stopped");
  resumed.stdout.on("data", (text) => {
    if (String(text).includes("Going on after iteration")) resumed.kill("SIGINT");
  });
  expect((await resumed).exitCode).toBe(130);
});

test("mistakes end with one message", async () => {
  const { stdout, stderr, exitCode } = await demo("--env", "game:GuesTheNumber-v0-hard");
  expect(stderr).toMatch(
    /^error: there is no environment "game:GuesTheNumber-v0-hard"\nhint: Did you mean game:GuessTheNumber-v0-hard/,
  );
  expect(stdout).toBe("");
  expect(exitCode).toBe(2);
  const flag = await demo("--sede", "3");
  expect(flag.stderr).toMatch(/^error: unknown option '--sede'\nhint: Did you mean --seed\?/);
  expect(flag.exitCode).toBe(2);
});
