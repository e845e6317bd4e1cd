import { createRng, type Datum } from "@gem-ts/core";
import { describe, expect, it } from "vitest";
import { type PolicyDatum, trainingConfig, updatePolicy } from "../src/index.ts";
import { caught } from "./fixtures/caught.ts";
import { BigramModel } from "./fixtures/bigram-model.ts";

const settings = trainingConfig({ env: "test:Alphabet-v0", learningRate: 0.1 });

/** One sequence `a B .`, its two sampled tokens with the given advantage. */
async function batchOf(model: BigramModel, advantage: number): Promise<PolicyDatum[]> {
  const tokens = [0, 5, 8];
  const [logprobs] = await model.logprobs([tokens]);
  const sampled = Float64Array.from(logprobs!);
  const weights = Float64Array.of(0, 0.5, 0.5);
  return [
    {
      tokens,
      weights,
      advantages: Float64Array.of(0, advantage, advantage),
      logprobs: sampled,
      samplerLogprobs: sampled,
      transitions: 1,
    },
  ];
}

describe("an update", () => {
  it("makes rewarded tokens likelier and the others less likely", async () => {
    for (const advantage of [1, -1]) {
      const model = new BigramModel();
      const batch = await batchOf(model, advantage);
      await updatePolicy(model, batch, settings, createRng(0));
      const [after] = await model.logprobs([batch[0]!.tokens]);
      expect(Math.sign(after![1]! - batch[0]!.logprobs[1]!)).toBe(advantage);
    }
  });

  it("has ratio 1 in its first pass", async () => {
    const model = new BigramModel();
    const metrics = await updatePolicy(model, await batchOf(model, 1), { ...settings, epochs: 1 }, createRng(0));
    expect(metrics).toMatchObject({ ratio: 1, kl: 0, clipFraction: 0, samplerGap: 0, tokens: 2 });
    // - sum w A, with r = 1
    expect(metrics.loss).toBeCloseTo(-1, 6);
  });

  it("reports the change of the policy, token by token, as a hand reckons it", async () => {
    const model = new BigramModel();
    const batch = await batchOf(model, 1);
    const twin = new BigramModel();
    await updatePolicy(twin, batch, { ...settings, epochs: 1 }, createRng(0));
    const [moved] = await twin.logprobs([batch[0]!.tokens]);
    const differences = [1, 2].map((i) => moved![i]! - batch[0]!.logprobs[i]!);
    const mean = (value: (difference: number) => number): number =>
      differences.reduce((sum, d) => sum + value(d), 0) / 2;

    const metrics = await updatePolicy(model, batch, settings, createRng(0));
    expect(metrics.ratio).toBeCloseTo(mean(Math.exp), 12);
    expect(metrics.kl).toBeCloseTo(
      mean((d) => Math.exp(d) - 1 - d),
      12,
    );
    expect(metrics.clipFraction).toBe(mean((d) => (Math.exp(d) > 1.2 ? 1 : 0)));
    const start = await new BigramModel().forwardBackward(batch, { kind: "cross-entropy" });
    expect(metrics.entropy).toBeCloseTo((start.entropy[0]![1]! + start.entropy[0]![2]!) / 2, 12);
  });

  it("stops a token at the clip: far passes change nothing more", async () => {
    const model = new BigramModel();
    const metrics = await updatePolicy(
      model,
      await batchOf(model, -1),
      { ...settings, epochs: 60, learningRate: 0.05 },
      createRng(0),
    );
    expect(metrics.clipFraction).toBe(1);
    expect(metrics.ratio).toBeGreaterThan(0.05);
    const free = new BigramModel();
    const unclipped = await updatePolicy(
      free,
      await batchOf(free, -1),
      { ...settings, epochs: 60, learningRate: 0.05, loss: "importance-sampling" },
      createRng(0),
    );
    expect(unclipped.clipFraction).toBe(0);
    expect(unclipped.ratio).toBeLessThan(metrics.ratio / 2);
  });

  it("weighs tokens by what the sampler did differently, and says how much that was", async () => {
    const model = new BigramModel();
    const [datum] = await batchOf(model, 1);
    const shifted = datum!.logprobs.map((value) => value - Math.log(1.5));
    const batch = [{ ...datum!, logprobs: shifted, samplerLogprobs: shifted }];
    const metrics = await updatePolicy(model, batch, { ...settings, epochs: 1 }, createRng(0));
    expect(metrics.samplerGap).toBeCloseTo(Math.log(1.5), 6);
    expect(metrics.loss).toBeCloseTo(-1.5, 6);
  });

  it("takes the sampled log-probabilities on request, without another pass", async () => {
    const model = new BigramModel();
    const batch = await batchOf(model, 1);
    model.logprobs = () => Promise.reject(new Error("not asked for"));
    expect(await updatePolicy(model, batch, { ...settings, oldLogprobs: "sampled" }, createRng(0))).toMatchObject({
      samplerGap: 0,
    });
  });

  it("fails loudly when the numbers are gone", async () => {
    const model = new BigramModel();
    const batch = await batchOf(model, Number.NaN);
    expect(await caught(() => updatePolicy(model, batch, settings, createRng(0)))).toMatchObject({
      code: "peer-failed",
    });
  });

  it("makes one optimiser step for each minibatch of each pass", async () => {
    const model = new BigramModel();
    const one = (await batchOf(model, 1))[0]!;
    const seen: number[] = [];
    const forwardBackward = model.forwardBackward.bind(model);
    model.forwardBackward = (data: readonly Datum[], loss) => {
      seen.push(data.length);
      return forwardBackward(data, loss);
    };
    const metrics = await updatePolicy(
      model,
      [one, one, one],
      { ...settings, minibatches: 3, epochs: 2 },
      createRng(0),
    );
    expect(seen).toEqual([1, 1, 1, 1, 1, 1]);
    expect(metrics.tokens).toBe(6);
  });
});
