import type { Episode } from "@gem-ts/core";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import config from "./fixtures/project/gem.config.ts";
import { gem, saveSmallModel, startGem } from "./gem.ts";

const GUESS = "game:GuessTheNumber-v0-hard";
let folder = "";
let model = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gem-cli-"));
  model = join(folder, "model");
  await saveSmallModel(model);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("gem list", () => {
  test("prints every environment under its pack", async () => {
    const { stdout, exitCode } = await gem("list");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("@gem-ts/envs-games");
    expect(stdout).toContain("game:GuessTheNumber");
    expect(stdout).toContain("-v0-hard");
  });

  test("as JSON names every id", async () => {
    const { stdout } = await gem("list", "--json");
    const packs = JSON.parse(stdout) as { name: string; envs: { ids: string[] }[] }[];
    expect(packs.flatMap(({ envs }) => envs.flatMap(({ ids }) => ids))).toContain(GUESS);
  });

  test("offers the environments of a pack module", async () => {
    const { stdout, exitCode } = await gem(
      "list",
      "--pack",
      new URL("fixtures/coin-pack.ts", import.meta.url).pathname,
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain("coin:Flip");
  });

  test("offers the packs of the project's gem.config.ts", async () => {
    const { stdout } = await startGem(["list"], { folder: new URL("fixtures/project", import.meta.url).pathname })
      .result;
    expect(stdout).toContain(config.packs![0]!.envs[0]!.id);
  });

  test("offers a pack once that is named twice", async () => {
    const folder = new URL("fixtures/project", import.meta.url).pathname;
    const { stderr, exitCode } = await startGem(["list", "--pack", "../coin-pack.ts", "--pack", "../coin-pack.ts"], {
      folder,
    }).result;
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
  });

  test("prints no escape sequences into a pipe", async () => {
    expect((await gem("list")).stdout).not.toContain("\u001b");
  });
});

describe("gem run", () => {
  test.each(["random", "informed", "oracle"])("plays an episode with the %s policy", async (policy) => {
    const { stdout, exitCode } = await gem("run", GUESS, "--policy", policy, "--seed", "7");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`played by ${policy}`);
    expect(stdout).toMatch(/(won in|lost after) \d turns?, return/);
  });

  test("plays the same episode again for the same seed, another for another", async () => {
    const [first, again, other] = await Promise.all(["7", "7", "8"].map((seed) => gem("run", GUESS, "--seed", seed)));
    expect(again!.stdout).toBe(first!.stdout);
    expect(other!.stdout).not.toBe(first!.stdout);
  });

  test("lets the oracle win on its first turn", async () => {
    const episode = JSON.parse(
      (await gem("run", GUESS, "--policy", "oracle", "--seed", "1", "--json")).stdout,
    ) as Episode;
    expect(episode).toMatchObject({ env: GUESS, seed: 1, success: true, return: 1, outcome: "terminated" });
    expect(episode.turns).toHaveLength(1);
  });

  test("plays a checkpoint in compact words and keeps its tokens", async () => {
    const episode = JSON.parse((await gem("run", GUESS, "--policy", model, "--seed", "1", "--json")).stdout) as Episode;
    expect(episode.turns[0]!.observation).toBe("guess 1 50 turns 7");
    expect(episode.turns[0]!.tokens!.completion.length).toBeGreaterThan(0);
  });

  test("changes the configuration", async () => {
    const { stdout } = await gem(
      "run",
      GUESS,
      "--set",
      "max=3",
      "--set",
      "maxTurns=2",
      "--style",
      "compact",
      "--seed",
      "1",
    );
    expect(stdout).toContain("guess 1 3 turns 2");
  });
});

describe("gem eval", () => {
  test("scores several policies on the same episodes", async () => {
    const { stdout, exitCode } = await gem("eval", GUESS, "-p", "random", "-p", "oracle", "--episodes", "40");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("40 held-out episodes");
    expect(stdout).toMatch(/oracle +1\.000 ± 0\.000 +1\.00 ± 0\.00 +1\.000 ± 0\.000/);
  });

  test("scores a model sampled and greedily", async () => {
    const { stdout } = await gem("eval", GUESS, "--model", model, "--episodes", "10", "--workers", "0", "--json");
    const { rows } = JSON.parse(stdout) as { rows: { temperature: number; scores: { episodes: number } }[] };
    expect(rows.map(({ temperature }) => temperature)).toEqual([1, 0]);
    expect(rows.map(({ scores }) => scores.episodes)).toEqual([10, 10]);
  });

  test("prints one JSON document and nothing else", async () => {
    const { stdout, stderr } = await gem("eval", GUESS, "-p", "informed", "--episodes", "50", "--json");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      env: GUESS,
      episodes: 50,
      seed: 0,
      rows: [{ policy: "informed", scores: { episodes: 50, failed: 0 } }],
    });
  });
});

describe("gem help", () => {
  test.each([
    ["--help"],
    ["list", "--help"],
    ["run", "--help"],
    ["eval", "--help"],
    ["train", "--help"],
    ["pretrain", "--help"],
  ])("gem %s %s shows examples", async (...args) => {
    const { stdout, exitCode } = await gem(...args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Usage: gem");
    expect(stdout).toContain("Examples:\n  $ gem ");
  });

  test("names no environment that is not there", async () => {
    const known = (JSON.parse((await gem("list", "--json")).stdout) as { envs: { ids: string[] }[] }[]).flatMap(
      ({ envs }) => envs.flatMap(({ ids }) => ids),
    );
    for (const command of ["run", "eval", "train", "pretrain"]) {
      const { stdout } = await gem(command, "--help");
      for (const [id] of stdout.matchAll(/\bgame:[\w-]+/g)) expect(known).toContain(id);
    }
  });

  test("gem --version prints the package's", async () => {
    expect((await gem("--version")).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });
});
