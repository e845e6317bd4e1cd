import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Episode, limitTurns, pipe } from "@gem-ts/core";
import { describe, expect, it } from "vitest";
import {
  type AdvantageBatch,
  algorithms,
  readRun,
  rebn,
  resumeTraining,
  train,
  type TrainingConfigInput,
  type TrainingEvent,
} from "../src/index.ts";
import { alphabetEnv } from "./fixtures/alphabet.ts";
import { BigramModel } from "./fixtures/bigram-model.ts";
import { caught } from "./fixtures/caught.ts";
import { reproducibleFiles } from "./fixtures/run-files.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const config: TrainingConfigInput = {
  env: "test:Alphabet-v0",
  iterations: 4,
  episodesPerIteration: 8,
  learningRate: 0.05,
  evaluateEvery: 2,
  evaluationEpisodes: 20,
  checkpointEvery: 2,
  sampleEvery: 2,
  sampleEpisodes: 3,
};

describe("training", () => {
  it.each(["rebn", "reinforce"])("makes the policy better with %s", async (algorithm) => {
    await using folder = await temporaryFolder();
    const result = await train({
      model: new BigramModel(),
      env: alphabetEnv(),
      folder: folder.path,
      config: {
        ...config,
        algorithm,
        iterations: 60,
        episodesPerIteration: 32,
        evaluateEvery: 60,
        evaluationEpisodes: 200,
      },
    });
    expect(result.outcome).toBe("finished");
    const [before, after] = (await readRun(folder.path)).evaluations;
    expect(before!.sampled.success).toBeLessThan(0.05);
    expect(after!.sampled.success).toBeGreaterThan(0.6);
    expect(after!.greedy.success).toBe(1);
    expect(result.evaluation).toEqual(after);
  });

  it("tells what happens, in order", async () => {
    await using folder = await temporaryFolder();
    const events: TrainingEvent[] = [];
    await train({
      model: new BigramModel(),
      env: alphabetEnv(),
      folder: folder.path,
      config,
      onEvent: (event) => events.push(event),
    });
    const kinds = events
      .filter(({ type }) => type !== "progress")
      .map((event) => ("iteration" in event ? `${event.type} ${event.iteration}` : event.type));
    expect(kinds).toEqual([
      "run-start",
      "checkpoint 0",
      "evaluation",
      "iteration",
      ...Array.from({ length: 3 }, () => "episode-sample 1"),
      "iteration",
      ...Array.from({ length: 3 }, () => "episode-sample 2"),
      "checkpoint 2",
      "evaluation",
      "iteration",
      "iteration",
      ...Array.from({ length: 3 }, () => "episode-sample 4"),
      "checkpoint 4",
      "evaluation",
      "run-end 4",
    ]);
    const progress = events.flatMap((event) => (event.type === "progress" ? [event] : []));
    expect(
      progress.filter(({ phase, iteration }) => phase === "collect" && iteration === 1).map(({ done }) => done),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(progress.findLast(({ phase }) => phase === "evaluate")).toMatchObject({ iteration: 4, done: 40, total: 40 });
  });

  it("leaves a folder that says everything", async () => {
    await using folder = await temporaryFolder();
    await train({
      model: new BigramModel(),
      env: alphabetEnv(),
      folder: folder.path,
      config: { ...config, iterations: 6, checkpointEvery: 1 },
    });
    const run = await readRun(folder.path);
    expect(run).toMatchObject({
      model: "bigram",
      config: { ...config, iterations: 6, checkpointEvery: 1 },
      latest: { iteration: 6 },
    });
    expect(run.metrics.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(run.evaluations.map(({ iteration }) => iteration)).toEqual([0, 2, 4, 6]);
    expect(run.checkpoints.map(({ iteration }) => iteration)).toEqual([0, 5, 6]);
    expect(run.episodes.map(({ iteration }) => iteration)).toEqual([1, 2, 4, 6]);
    const last = run.metrics.at(-1)!;
    const sum = (pick: (line: (typeof run.metrics)[number]) => number): number =>
      run.metrics.reduce((total, line) => total + pick(line), 0);
    expect(last.total).toEqual({
      episodes: 48,
      transitions: sum((line) => line.transitions),
      tokens: sum((line) => line.tokens),
    });
    expect(last.samplerGap).toBeLessThan(1e-6);
    const episodes = (await readFile(run.episodes[0]!.path, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Episode);
    expect(episodes.map(({ index, env }) => ({ index, env }))).toEqual(
      [0, 1, 2].map((index) => ({ index, env: "test:Alphabet-v0" })),
    );
    const model = new BigramModel();
    await model.load(run.latest.folder);
    expect(model.weights).not.toEqual(new BigramModel().weights);
  });

  it("is the same run for the same seed, whatever the concurrency, and another for another seed", async () => {
    await using one = await temporaryFolder();
    await using two = await temporaryFolder();
    await using three = await temporaryFolder();
    const start = (folder: string, changes: Partial<TrainingConfigInput>): Promise<unknown> =>
      train({ model: new BigramModel(), env: alphabetEnv(), folder, config: { ...config, ...changes } });
    await start(one.path, {});
    await start(two.path, { concurrency: 3 });
    await start(three.path, { seed: 1 });
    const [first, second, third] = await Promise.all(
      [one, two, three].map(async ({ path }) => reproducibleFiles(path)),
    );
    expect({ ...second, "config.json": "" }).toEqual({ ...first, "config.json": "" });
    expect(third!["metrics.jsonl"]).not.toBe(first!["metrics.jsonl"]);
    // Held-out episodes are the same for every seed of the run.
    expect(third!["evaluations.jsonl"]!.split("\n")[0]).toBe(first!["evaluations.jsonl"]!.split("\n")[0]);
  });

  it("leaves failed episodes out and counts them", async () => {
    await using folder = await temporaryFolder();
    const seen: AdvantageBatch[] = [];
    const estimator: typeof rebn = (batch, options) => {
      seen.push(batch);
      return rebn(batch, options);
    };
    const flaky = alphabetEnv("v0-flaky");
    await train({
      model: new BigramModel(),
      env: flaky,
      folder: folder.path,
      algorithms: { ...algorithms, watched: { summary: "ReBN, watched.", estimator, defaults: {} } },
      config: { ...config, algorithm: "watched", episodesPerIteration: 32, iterations: 3 },
    });
    const { metrics, evaluations } = await readRun(folder.path);
    expect(metrics.map(({ episodes, failed }) => episodes + failed)).toEqual([32, 32, 32]);
    expect(metrics.every(({ failed }) => failed > 0)).toBe(true);
    expect(seen.map(({ rewards }) => rewards.length)).toEqual(metrics.map(({ episodes }) => episodes));
    expect(evaluations.every(({ greedy }) => greedy.failed > 0 && greedy.failed + greedy.episodes === 20)).toBe(true);
  });

  it("learns from truncated episodes, without a value for what would have come", async () => {
    await using folder = await temporaryFolder();
    const env = alphabetEnv();
    const result = await train({
      model: new BigramModel(),
      env: () => pipe(env(), limitTurns(2)),
      folder: folder.path,
      config: { ...config, evaluateEvery: 0 },
    });
    expect(result.metrics!.truncated).toBeGreaterThan(0);
    expect(result.metrics!.turns).toBeLessThanOrEqual(2);
    expect(result.metrics!.episodes).toBe(8);
  });

  it("ends with one error when every episode fails, and goes on once that is mended", async () => {
    await using folder = await temporaryFolder();
    let broken = false;
    const env = () => alphabetEnv(broken ? "v0-broken" : "v0")();
    const onEvent = (event: TrainingEvent): void => {
      if (event.type === "iteration" && event.metrics.iteration === 3) broken = true;
    };
    const error = await caught(() => train({ model: new BigramModel(), env, folder: folder.path, config, onEvent }));
    expect(error).toMatchObject({
      code: "peer-failed",
      message: "all 8 episodes of iteration 4 failed, the first in the env: the wire is loose",
    });
    // What was learned until then is kept, though no checkpoint was due.
    expect((await readRun(folder.path)).latest.iteration).toBe(3);
    broken = false;
    expect(await resumeTraining({ model: new BigramModel(), env, folder: folder.path })).toMatchObject({
      outcome: "finished",
      iteration: 4,
    });
  });

  it("says so when no prompt fits into the model", async () => {
    await using folder = await temporaryFolder();
    const error = await caught(() =>
      train({
        model: new BigramModel({ context: 2 }),
        env: alphabetEnv(),
        folder: folder.path,
        config: { ...config, evaluateEvery: 0 },
      }),
    );
    expect(error).toMatchObject({ code: "peer-failed", hint: "Is the first prompt longer than the model's context?" });
  });

  it("keeps no checkpoint of weights that are no numbers", async () => {
    await using folder = await temporaryFolder();
    const estimator: typeof rebn = ({ rewards }) => rewards.map((episode) => episode.map(() => Number.NaN));
    const error = await caught(() =>
      train({
        model: new BigramModel(),
        env: alphabetEnv(),
        folder: folder.path,
        algorithms: { broken: { summary: "Divides by zero.", estimator, defaults: {} } },
        config: { ...config, algorithm: "broken" },
      }),
    );
    expect(error).toMatchObject({ code: "peer-failed", message: expect.stringContaining("diverged") });
    expect((await readRun(folder.path)).checkpoints.map(({ iteration }) => iteration)).toEqual([0]);
  });

  it("warns through samplerGap when the sampler's log-probabilities are not the learner's", async () => {
    await using folder = await temporaryFolder();
    const { metrics } = await train({
      model: new BigramModel({ samplerError: -0.25 }),
      env: alphabetEnv(),
      folder: folder.path,
      config: { ...config, evaluateEvery: 0 },
    });
    expect(metrics!.samplerGap).toBeCloseTo(0.25, 6);
  });

  it("takes another collector", async () => {
    await using folder = await temporaryFolder();
    const { collectEpisodes } = await import("../src/index.ts");
    const asked: number[] = [];
    await train({
      model: new BigramModel(),
      env: alphabetEnv(),
      folder: folder.path,
      config: { ...config, evaluateEvery: 0 },
      collect: (request) => {
        asked.push(request.seeds.length);
        return collectEpisodes(request);
      },
    });
    expect(asked).toEqual([8, 8, 8, 8]);
  });

  it("touches nothing when the configuration is wrong", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "run");
    expect(
      await caught(() =>
        train({ model: new BigramModel(), env: alphabetEnv(), folder: path, config: { ...config, algorithm: "grop" } }),
      ),
    ).toMatchObject({ code: "unknown-id" });
    expect(existsSync(path)).toBe(false);
    expect(await readdir(folder.path)).toEqual([]);
  });
});
