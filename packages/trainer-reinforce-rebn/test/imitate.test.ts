import { oraclePolicy } from "@gem-ts/core";
import { describe, expect, it } from "vitest";
import { evaluate, imitate, type ImitationStep, learningRateAt, teacherBatches } from "../src/index.ts";
import { alphabetEnv } from "./fixtures/alphabet.ts";
import { BigramModel, encodeEpisode } from "./fixtures/bigram-model.ts";
import { caught } from "./fixtures/caught.ts";

describe("imitation", () => {
  it("learns a teacher's play", async () => {
    const model = new BigramModel();
    const steps: ImitationStep[] = [];
    const batch = teacherBatches({ env: alphabetEnv(), teacher: oraclePolicy(), encode: encodeEpisode, episodes: 16 });
    const result = await imitate({ model, batch, steps: 60, learningRate: 0.2, onStep: (step) => steps.push(step) });
    expect(result).toMatchObject({ outcome: "finished", steps: 60, loss: steps.at(-1)!.loss });
    // Four letters to choose from after the format is known: half of the tokens cost about log 4.
    expect(steps[0]!.loss).toBeGreaterThan(0.7);
    expect(steps.at(-1)!.loss).toBeLessThan(0.05);
    expect(steps[0]!.tokens).toBe(16 * 4 * 2);
    expect(
      (await evaluate({ env: alphabetEnv(), policy: model.policy({ temperature: 0 }), episodes: 100 })).summary.success,
    ).toBe(1);
  });

  it("trains on the masked tokens alone: its loss is their mean", async () => {
    const model = new BigramModel();
    const tokens = [0, 5, 8, 1];
    const [logprobs] = await model.logprobs([tokens]);
    const steps: ImitationStep[] = [];
    await imitate({
      model,
      batch: () => [{ tokens, trained: [true, true, true, false] }],
      steps: 1,
      onStep: (step) => steps.push(step),
    });
    expect(steps[0]).toMatchObject({ tokens: 2, loss: expect.closeTo(-(logprobs![1]! + logprobs![2]!) / 2, 6) });
  });

  it("stops at once when a loss or a gradient is no longer a number", async () => {
    const batch = () => [{ tokens: [0, 5, 8, 1], trained: [true, true, true, true] }];
    for (const broken of [{ loss: Number.NaN }, { gradientNorm: Infinity }]) {
      const model = new BigramModel();
      const { forwardBackward, optimStep } = model;
      model.forwardBackward = async (...data) => ({ ...(await forwardBackward.apply(model, data)), ...broken });
      model.optimStep = async (...options) => ({ ...(await optimStep.apply(model, options)), ...broken });
      const steps: ImitationStep[] = [];
      const error = await caught(() => imitate({ model, batch, steps: 5, onStep: (step) => steps.push(step) }));
      expect(error).toMatchObject({ code: "peer-failed", message: expect.stringContaining("diverged at step 0") });
      expect(steps).toEqual([]);
    }
  });

  it("plays fresh episodes in every step, the same ones for the same seed", async () => {
    const make = (seed: number) =>
      teacherBatches({ env: alphabetEnv(), teacher: oraclePolicy(), encode: encodeEpisode, episodes: 8, seed });
    expect(await make(1)(3)).toEqual(await make(1)(3));
    expect(await make(1)(4)).not.toEqual(await make(1)(3));
    expect(await make(2)(3)).not.toEqual(await make(1)(3));
  });

  it("keeps the episodes it is told to keep and leaves failed ones out", async () => {
    const flaky = teacherBatches({
      env: alphabetEnv("v0-flaky"),
      teacher: oraclePolicy(),
      encode: encodeEpisode,
      episodes: 40,
    });
    const whole = await flaky(0);
    expect(whole.length).toBeGreaterThan(20);
    expect(whole.length).toBeLessThan(40);
    expect(whole.every(({ tokens }) => tokens.length === 12)).toBe(true);
    const none = teacherBatches({
      env: alphabetEnv(),
      teacher: oraclePolicy(),
      encode: encodeEpisode,
      keep: ({ success }) => !success,
    });
    expect(await none(0)).toEqual([]);
    const broken = teacherBatches({ env: alphabetEnv("v0-broken"), teacher: oraclePolicy(), encode: encodeEpisode });
    expect(await caught(() => broken(0))).toMatchObject({
      code: "peer-failed",
      message: expect.stringContaining("the wire is loose"),
    });
  });

  it("refuses batches that hold nothing to train on, and masks that do not fit", async () => {
    const model = new BigramModel();
    const learn = (tokens: number[], trained: boolean[]) =>
      imitate({ model, batch: () => [{ tokens, trained }], steps: 1 });
    expect(await caught(() => learn([1, 2], [true, false]))).toMatchObject({ code: "bad-option" });
    expect(await caught(() => learn([1, 2], [true]))).toMatchObject({ code: "bad-option" });
  });

  it("stops between steps", async () => {
    const stop = new AbortController();
    const batch = () => [{ tokens: [0, 5], trained: [false, true] }];
    const result = await imitate({
      model: new BigramModel(),
      batch,
      steps: 10,
      signal: stop.signal,
      onStep: ({ step }) => step === 2 && stop.abort(),
    });
    expect(result).toMatchObject({ outcome: "aborted", steps: 3 });
  });
});

describe("the learning rate", () => {
  const schedule = { peak: 1, floor: 0.1, warmupSteps: 4, steps: 11 };

  it("rises along a line, then falls along half a cosine to the floor", () => {
    const rates = Array.from({ length: 11 }, (_, step) => learningRateAt(step, schedule));
    expect(rates.slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(rates[7]).toBeCloseTo(0.55, 12);
    expect(rates[10]).toBeCloseTo(0.1, 12);
    expect(rates.slice(4)).toEqual([...rates.slice(4)].sort((a, b) => b - a));
  });

  it("is at its highest where there is no rise and one step only", () => {
    expect(learningRateAt(0, { peak: 1, floor: 0.1, warmupSteps: 0, steps: 1 })).toBe(1);
  });
});
