import { execa } from "execa";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gem, metricsOf, saveSmallModel, shell, startGem, untilIteration } from "./gem.ts";

const GUESS = "game:GuessTheNumber-v0-hard";
const ITERATIONS = 12;
let folder = "";
let model = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gem-cli-"));
  model = join(folder, "model");
  await saveSmallModel(model);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A training of seconds, always the same. */
function training(run: string, ...more: readonly string[]): string[] {
  return [
    ...["train", GUESS, "--model", model, "--run", run, "--seed", "5", "--workers", "0", "--set", "maxTurns=3"],
    ...["--iterations", String(ITERATIONS), "--episodes-per-iteration", "48", "--checkpoint-every", "3"],
    ...["--episodes", "20", "--evaluate-every", "4", "--learning-rate", "1e-3", ...more],
  ];
}

/** Name and bytes of every file of the newest checkpoint. */
async function weightsOf(run: string): Promise<[string, string][]> {
  const latest = join(run, "checkpoints", (await readFile(join(run, "checkpoints", "latest"), "utf8")).trim());
  const names = (await readdir(latest)).sort();
  return Promise.all(
    names.map(async (name): Promise<[string, string]> => [
      name,
      (await readFile(join(latest, name))).toString("base64"),
    ]),
  );
}

describe("gem train", () => {
  test("trains, prints a table, and writes a run and a report", { timeout: 60_000 }, async () => {
    const run = join(folder, "plain");
    const { stdout, stderr, exitCode } = await gem(...training(run));
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Before training");
    expect(stdout).toMatch(
      new RegExp(
        `iteration ${ITERATIONS}/${ITERATIONS}   success \\d\\.\\d{3}   turns \\d\\.\\d{2}   return -?\\d\\.\\d{3}   .*tokens/s`,
      ),
    );
    expect(stdout).toMatch(/^success +\d\.\d{3} ± \d\.\d{3} +\d\.\d{3} ± \d\.\d{3} +[+-]?\d\.\d{3}$/m);
    expect(stdout).toContain(join(run, "report.html"));
    expect(stdout).not.toContain("\u001b");
    expect(await metricsOf(run)).toHaveLength(ITERATIONS);
    const report = await readFile(join(run, "report.html"), "utf8");
    expect(report).toContain("<!doctype html>");
    expect(report).toContain(GUESS);

    const again = await gem("train", "--resume", run);
    expect(again.stdout).toContain(`Going on after iteration ${ITERATIONS} of ${ITERATIONS}`);
    const table = (text: string): string =>
      text.slice(text.indexOf("After training"), text.indexOf("held-out episodes each"));
    expect(table(again.stdout)).toBe(table(stdout));
  });

  test("ends with one JSON line and keeps everything else off standard output", { timeout: 60_000 }, async () => {
    const run = join(folder, "json");
    const { stdout, stderr, exitCode } = await gem(...training(run, "--json"));
    expect(exitCode).toBe(0);
    const scores = { success: expect.any(Number), turns: expect.any(Number), return: expect.any(Number) };
    expect(JSON.parse(stdout)).toEqual({ before: scores, after: scores, seconds: expect.any(Number), run });
    expect(stderr).toContain("After training");
  });

  test("refuses a folder that holds a run", { timeout: 60_000 }, async () => {
    const run = join(folder, "twice");
    await gem(...training(run, "--iterations", "1"));
    const { stderr, exitCode } = await gem(...training(run));
    expect(stderr).toMatch(/already holds a run\nhint: Go on with it \(.* train --resume .*twice"\)/);
    expect(exitCode).toBe(2);
  });

  test("says how to resume when Ctrl-C stops it, and goes on from there", { timeout: 60_000 }, async () => {
    const run = join(folder, "interrupted");
    const child = startGem(training(run, "--iterations", "100000"));
    await untilIteration(run, 2);
    child.kill("SIGINT");
    const { stdout, stderr, exitCode } = await child.result;
    expect(exitCode).toBe(130);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/Stopped after iteration \d+ of 100000; nothing is lost/);
    const command = /^ +(node .* train --resume .*)$/m.exec(stdout)?.[1];
    expect(command).toBeDefined();
    const made = (await metricsOf(run)).length;
    const resumed = await execa(`${command} --iterations ${made + 2}`, {
      shell: true,
      reject: false,
      env: { NO_COLOR: "1" },
    });
    expect(resumed.exitCode).toBe(0);
    expect(resumed.stdout).toContain(`Going on after iteration ${made} of ${made + 2}`);
    expect(await metricsOf(run)).toHaveLength(made + 2);
    expect(existsSync(join(run, "report.html"))).toBe(true);
  });

  test("is bit for bit the same when it was killed and resumed", { timeout: 90_000 }, async () => {
    const whole = join(folder, "whole");
    const killed = join(folder, "killed");
    await gem(...training(whole));
    const child = startGem(training(killed));
    await untilIteration(killed, 5);
    child.kill("SIGKILL");
    expect((await child.result).exitCode).not.toBe(0);
    expect((await metricsOf(killed)).length).toBeLessThan(ITERATIONS);
    const { stdout, exitCode } = await gem("train", "--resume", killed);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("After training");
    expect(await metricsOf(killed)).toEqual(await metricsOf(whole));
    expect(await weightsOf(killed)).toEqual(await weightsOf(whole));
  });

  test.skipIf(!existsSync("/dev/full"))("says that the disk is full", { timeout: 60_000 }, async () => {
    const run = join(folder, "full");
    const { stdout, stderr, exitCode } = await gem(...training(run, "--iterations", "1", "--report", "/dev/full"));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: cannot write \/dev\/full \(no space left on the device\)\nhint: Free some space/);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(stdout).toContain("After training");
  });

  test("a second Ctrl-C ends it at once", { timeout: 30_000 }, async () => {
    const run = join(folder, "twice-interrupted");
    const child = startGem(training(run, "--iterations", "100000"));
    await untilIteration(run, 1);
    child.kill("SIGINT");
    child.kill("SIGINT");
    expect((await child.result).exitCode).toBe(130);
  });
});

describe("a run", () => {
  test("can be played and scored by its folder", { timeout: 60_000 }, async () => {
    const run = join(folder, "apprentice");
    await gem(...training(run, "--iterations", "2"));
    const played = await gem("run", GUESS, "--policy", run, "--seed", "1");
    expect(played.exitCode).toBe(0);
    expect(played.stdout).toContain("played by apprentice");
    const scored = await gem("eval", GUESS, "--model", run, "--episodes", "10", "--workers", "0");
    expect(scored.exitCode).toBe(0);
    expect(scored.stdout).toMatch(/apprentice, greedy +\d\.\d{3} ± /);
  });

  test("that is broken says so", { timeout: 60_000 }, async () => {
    const run = join(folder, "broken-run");
    await gem(...training(run, "--iterations", "2"));
    await shell(
      `head -c 300 '${run}/checkpoints/iteration-000002/model.safetensors' > '${run}/cut' && mv '${run}/cut' '${run}/checkpoints/iteration-000002/model.safetensors'`,
    );
    const { stderr, exitCode } = await gem("train", "--resume", run, "--iterations", "4");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: .*iteration-000002.*model\.safetensors/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

describe("gem pretrain", () => {
  test("makes a checkpoint with a card that plays", { timeout: 120_000 }, async () => {
    const out = join(folder, "base");
    const { stdout, exitCode } = await gem(
      "pretrain",
      "--out",
      out,
      "--steps",
      "6",
      "--batch",
      "24",
      "--layers",
      "1",
      "--width",
      "32",
      "--episodes",
      "4",
      "--workers",
      "0",
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain("game:GuessTheNumber-v0-hard");
    const card = await readFile(join(out, "README.md"), "utf8");
    expect(card).toMatch(/\| `game:Sudoku-v0-easy` \| \d\.\d{3} ± \d\.\d{3} \|/);
    expect(card).toContain("pretrain --out");
    expect((await gem("run", GUESS, "--policy", out, "--seed", "1")).exitCode).toBe(0);
  });
});
