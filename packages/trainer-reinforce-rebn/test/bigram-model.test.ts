import { createRng, type Datum, type Loss } from "@gem-ts/core";
import { describe, expect, it } from "vitest";
import { BigramModel } from "./fixtures/bigram-model.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const rng = createRng(5);
const draws = (count: number, scale: number): number[] => Array.from({ length: count }, () => scale * rng.normal());
const data: Datum[] = [4, 7].map((length) => ({
  tokens: Array.from({ length }, () => rng.int(0, 8)),
  weights: [0, ...Array.from({ length: length - 1 }, () => rng.float())],
  advantages: draws(length, 1),
  logprobs: draws(length, 0.3).map((value) => value - 2.2),
}));

describe("the learner of these tests", () => {
  const losses: Loss[] = [
    { kind: "cross-entropy" },
    { kind: "importance-sampling" },
    { kind: "ppo", clipLow: 0.2, clipHigh: 0.3 },
  ];
  it.each(losses)("has the gradient of its loss ($kind)", async (loss) => {
    const model = new BigramModel();
    draws(81, 0.2).forEach((value, i) => (model.weights[i] = value));
    await model.forwardBackward(data, loss);
    const gradient = [...model.gradient];
    const step = 1e-5;
    for (let i = 0; i < 81; i++) {
      const here = model.weights[i]!;
      model.weights[i] = here + step;
      const above = (await model.forwardBackward(data, loss)).loss;
      model.weights[i] = here - step;
      const below = (await model.forwardBackward(data, loss)).loss;
      model.weights[i] = here;
      expect(gradient[i]).toBeCloseTo((above - below) / (2 * step), 7);
    }
  });

  it("goes on exactly from what it saved", async () => {
    await using folder = await temporaryFolder();
    const one = new BigramModel();
    const learn = async (model: BigramModel): Promise<void> => {
      await model.forwardBackward(data, { kind: "cross-entropy" });
      await model.optimStep({ learningRate: 0.1 });
    };
    await learn(one);
    await one.save(folder.path);
    const two = new BigramModel();
    await two.load(folder.path);
    await learn(one);
    await learn(two);
    expect([...two.weights]).toEqual([...one.weights]);
  });
});
