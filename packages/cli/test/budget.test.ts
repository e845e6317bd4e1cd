import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { continueTraining, loadPacks, startTraining, type Terminal } from "../src/index.ts";
import { metricsOf, saveSmallModel } from "./gem.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gem-cli-"));
  await saveSmallModel(join(folder, "model"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  "a session that has a budget of time ends within it, with scores and a run to go on with",
  { timeout: 60_000 },
  async () => {
    const lines: string[] = [];
    const terminal: Terminal = {
      interactive: false,
      columns: 120,
      unicode: true,
      style: (_styles, text) => text,
      line: (text = "") => void lines.push(text),
      status: () => {},
    };
    const run = join(folder, "run");
    const parts = {
      terminal,
      packs: await loadPacks(),
      signal: new AbortController().signal,
      resumeCommand: (at: string) => `resume ${at}`,
    };
    const result = await startTraining({
      ...parts,
      env: "game:GuessTheNumber-v0-hard",
      algorithm: "rebn",
      seed: 0,
      model: join(folder, "model"),
      style: "compact",
      settings: {},
      modules: [],
      workers: 0,
      folder: run,
      episodes: 10,
      command: "test",
      budgetSeconds: 5,
      config: { iterations: 1_000_000, episodesPerIteration: 8, evaluateEvery: 0, checkpointEvery: 1000 },
    });
    expect(result!.seconds).toBeLessThan(6);
    const made = (await metricsOf(run)).length;
    expect(lines).toContain(`  Time is up after ${made} of 1000000 iterations.`);
    expect(lines).toContain(`More    resume ${run}`);
    const more = await continueTraining({ ...parts, folder: run, iterations: made + 1 });
    expect(more!.before).toEqual(result!.before);
    expect(await metricsOf(run)).toHaveLength(made + 1);
  },
);
