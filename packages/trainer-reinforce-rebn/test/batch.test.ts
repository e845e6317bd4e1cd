import { createEpisode, createRng, type Episode, type EpisodeOutcome, type Turn } from "@gem-ts/core";
import { describe, expect, it } from "vitest";
import { buildBatch, minibatches, trainableEpisodes, withOldLogprobs } from "../src/index.ts";
import { caught } from "./fixtures/caught.ts";

const turn = (continues: boolean, prompt: number[], completion: number[], logprobs: number[]): Turn => ({
  observation: "?",
  action: "!",
  reward: 0,
  event: "played",
  tokens: { continues, prompt, completion, logprobs },
});

const episode = (turns: Turn[], outcome: EpisodeOutcome = "terminated"): Episode =>
  createEpisode({
    env: "test:Any-v0",
    seed: 1,
    config: null,
    policy: "me",
    turns,
    finalObservation: "",
    outcome,
    success: false,
  });

// Two turns in one sequence, and an episode whose second prompt starts over.
const appended = episode([turn(false, [10, 11], [12, 13], [-0.1, -0.2]), turn(true, [14], [15], [-0.3])]);
const restarted = episode([turn(false, [20], [21], [-0.4]), turn(false, [22, 23], [24, 25], [-0.5, -0.6])]);

describe("a batch", () => {
  const batch = buildBatch(
    [appended, restarted],
    [
      [2, -1],
      [0.5, 7],
    ],
    { lengthDivisor: 5 },
  );

  it("has one datum for each run of tokens", () => {
    expect(batch.map(({ tokens }) => tokens)).toEqual([
      [10, 11, 12, 13, 14, 15],
      [20, 21],
      [22, 23, 24, 25],
    ]);
    expect(batch.map(({ transitions }) => transitions)).toEqual([2, 1, 1]);
  });

  it("gives each sampled token the advantage of its turn and prompts none", () => {
    expect(batch.map(({ advantages }) => [...advantages])).toEqual([
      [0, 0, 2, 2, 0, -1],
      [0, 0.5],
      [0, 0, 7, 7],
    ]);
  });

  it("weighs each sampled token by one over length divisor times turns, and prompts by 0", () => {
    const w = 1 / (5 * 4);
    expect(batch.map(({ weights }) => [...weights])).toEqual([
      [0, 0, w, w, 0, w],
      [0, w],
      [0, 0, w, w],
    ]);
  });

  it("carries the log-probabilities as sampled", () => {
    expect(batch.map(({ logprobs }) => [...logprobs])).toEqual([
      [0, 0, -0.1, -0.2, 0, -0.3],
      [0, -0.4],
      [0, 0, -0.5, -0.6],
    ]);
  });

  it("never trains on a first token, for nothing stands before it", () => {
    const [only] = buildBatch([episode([turn(false, [], [1, 2], [-1, -1])])], [[1]], { lengthDivisor: 1 });
    expect([...only!.weights]).toEqual([0, 1]);
  });

  it("takes the learner's log-probabilities as old ones, with importance weights up to the cap", () => {
    const learner = [
      [0, 0, -0.1, -0.2 + Math.log(1.5), 0, -0.3 + 5],
      [0, -0.4 - Math.log(4)],
      [0, 0, -0.5, -0.6],
    ];
    const old = withOldLogprobs(batch, learner, 2);
    const w = 1 / 20;
    const close = (value: number): unknown => expect.closeTo(value, 12);
    expect(old.map(({ weights }) => [...weights])).toEqual([
      [0, 0, close(w), close(1.5 * w), 0, 2 * w],
      [0, close(w / 4)],
      [0, 0, w, w],
    ]);
    expect(old.map(({ logprobs }) => [...logprobs])).toEqual(learner);
    expect(old.map(({ samplerLogprobs }) => [...samplerLogprobs])).toEqual(
      batch.map(({ samplerLogprobs }) => [...samplerLogprobs]),
    );
  });

  it("refuses episodes of a policy without tokens, and advantages that do not fit", async () => {
    const { tokens: _, ...silent } = turn(false, [], [], []);
    expect(await caught(() => buildBatch([episode([silent])], [[1]], { lengthDivisor: 1 }))).toMatchObject({
      code: "unsupported",
    });
    expect(await caught(() => buildBatch([appended], [[1]], { lengthDivisor: 1 }))).toMatchObject({
      code: "bad-option",
    });
  });
});

describe("the episodes to learn from", () => {
  it("are those that came to an end, truncated ones among them", () => {
    const outcomes: EpisodeOutcome[] = ["terminated", "failed", "truncated", "aborted"];
    expect(trainableEpisodes(outcomes.map((outcome) => episode([], outcome))).map(({ outcome }) => outcome)).toEqual([
      "terminated",
      "truncated",
    ]);
  });
});

describe("minibatches", () => {
  const batch = buildBatch(
    [appended, restarted],
    [
      [2, -1],
      [0.5, 7],
    ],
    { lengthDivisor: 5 },
  );

  it("are the batch itself when there is one", () => {
    expect(minibatches(batch, 1, createRng(0))).toEqual([batch]);
  });

  it("hold every sequence once, each weighted by the turns of its part", () => {
    const parts = minibatches(batch, 2, createRng(0));
    expect(
      parts
        .flat()
        .map(({ tokens }) => tokens[0])
        .sort((a, b) => a! - b!),
    ).toEqual([10, 20, 22]);
    for (const part of parts) {
      const turns = part.reduce((sum, { transitions }) => sum + transitions, 0);
      const weights = part.flatMap((datum) => [...datum.weights]).filter((weight) => weight > 0);
      for (const weight of weights) expect(weight).toBeCloseTo(1 / (5 * turns), 12);
    }
  });

  it("are at most as many as there are sequences", () => {
    expect(minibatches(batch, 8, createRng(0)).map((part) => part.length)).toEqual([1, 1, 1]);
  });
});
