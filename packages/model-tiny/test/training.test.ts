import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Datum } from "@gem-ts/core";
import { createRng } from "@gem-ts/core";
import { describe, expect, test } from "vitest";
import { readCheckpointFolder } from "../src/checkpoint/checkpoint-folder.ts";
import type { TinyModel } from "../src/index.ts";
import { randomData, randomIds, shake, smallModel, tokenizer } from "./support/small-model.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const CROSS_ENTROPY = { kind: "cross-entropy" } as const;

/** So many times the same number. */
function constant(length: number, value: number): number[] {
  return Array.from({ length }, () => value);
}

/** What a save of the model holds. */
async function saved(model: TinyModel) {
  await using folder = await temporaryFolder();
  await model.save(folder.path);
  const checkpoint = await readCheckpointFolder(folder.path);
  return { ...checkpoint, bytes: await readFile(join(folder.path, "model.safetensors")) };
}

/** The gradient that has gathered: what a step without momentum leaves in the first moments. */
async function gradientOf(model: TinyModel): Promise<Float32Array> {
  await model.optimStep({ learningRate: 0, beta1: 0 });
  return (await saved(model)).optimizer!.firstMoments;
}

/** Length of the difference of two vectors relative to the first. */
function relativeDistance(a: Float32Array, b: Float32Array): number {
  let apart = 0;
  let length = 0;
  a.forEach((value, index) => {
    apart += (value - b[index]!) ** 2;
    length += value ** 2;
  });
  return Math.sqrt(apart / length);
}

describe("training", () => {
  test("learns to copy", async () => {
    await using model = await smallModel();
    const rng = createRng(1);
    const losses: number[] = [];
    for (let step = 0; step < 150; step++) {
      const data = Array.from({ length: 32 }, (): Datum => {
        const word = Array.from({ length: 3 }, () => rng.int(40, 47));
        const tokens = [...word, 2, ...word, 1];
        return { tokens, weights: tokens.map((_, index) => (index > 3 ? 1 / 128 : 0)) };
      });
      losses.push((await model.forwardBackward(data, CROSS_ENTROPY)).loss);
      await model.optimStep({ learningRate: 5e-3, clipNorm: 1 });
    }
    expect(losses[0]).toBeGreaterThan(4.5);
    expect(losses.at(-1)).toBeLessThan(0.3);
  });

  test("overfits four sequences until it says them by heart", async () => {
    await using model = await smallModel();
    const data = randomData(1, 4, 20, 30).map((datum) => ({
      ...datum,
      weights: datum.tokens.length === 0 ? [] : Array.from(datum.tokens, (_, index) => (index === 0 ? 0 : 0.02)),
    }));
    for (let step = 0; step < 120; step++) {
      await model.forwardBackward(data, CROSS_ENTROPY);
      await model.optimStep({ learningRate: 5e-3, clipNorm: 1 });
    }
    const prompt = Array.from(data[0]!.tokens).slice(0, 3);
    const { tokens } = await model.sample({
      prompt,
      maxTokens: data[0]!.tokens.length - 3,
      temperature: 0,
      seed: 1,
      stop: [],
    });
    expect([...prompt, ...tokens]).toEqual(Array.from(data[0]!.tokens));
  });

  test("reports each token's log-probability and entropy, 0 at the first", async () => {
    await using model = await smallModel();
    const data = randomData(2, 9);
    const { logprobs, entropy, loss } = await model.forwardBackward(data, CROSS_ENTROPY);
    const alone = await model.logprobs(data.map(({ tokens }) => tokens));
    let expected = 0;
    data.forEach(({ tokens, weights }, index) => {
      expect(logprobs[index]).toHaveLength(tokens.length);
      expect(entropy[index]).toHaveLength(tokens.length);
      expect(logprobs[index]![0]).toBe(0);
      expect(entropy[index]![0]).toBe(0);
      for (let i = 1; i < tokens.length; i++) {
        expect(logprobs[index]![i]).toBeCloseTo(alone[index]![i]!, 5);
        expect(entropy[index]![i]).toBeGreaterThan(4.5);
        expected -= weights[i]! * logprobs[index]![i]!;
      }
    });
    expect(loss).toBeCloseTo(expected, 2);
  });

  test("takes data without any target as a gradient of zero", async () => {
    await using model = await smallModel();
    const before = await saved(model);
    expect(
      await model.forwardBackward(
        [
          { tokens: [7], weights: [1] },
          { tokens: [], weights: [] },
        ],
        CROSS_ENTROPY,
      ),
    ).toEqual({
      loss: 0,
      logprobs: [Float32Array.of(0), new Float32Array(0)],
      entropy: [Float32Array.of(0), new Float32Array(0)],
    });
    expect(await model.optimStep({ learningRate: 1 })).toEqual({ gradientNorm: 0 });
    expect((await saved(model)).bytes).toEqual(before.bytes);
  });
});

describe("the gradient", () => {
  test("of two batches one after the other is that of both together", async () => {
    await using model = await smallModel();
    const data = randomData(3, 20);
    await model.forwardBackward(data, CROSS_ENTROPY);
    const whole = await gradientOf(model);
    await model.forwardBackward(data.slice(0, 7), CROSS_ENTROPY);
    await model.forwardBackward(data.slice(7), CROSS_ENTROPY);
    expect(relativeDistance(whole, await gradientOf(model))).toBeLessThan(1e-6);
  });

  test("of two workers is that of none to 1e-6, and the same bit for bit from run to run", async () => {
    const data = randomData(4, 31);
    const run = async (workers: number) => {
      await using model = await smallModel({ workers });
      await model.load(folder.path);
      await model.forwardBackward(data, CROSS_ENTROPY);
      return await gradientOf(model);
    };
    await using origin = await smallModel();
    await shake(origin, 2);
    await using folder = await temporaryFolder();
    await origin.save(folder.path);
    const [none, two, again] = [await run(0), await run(2), await run(2)];
    expect(relativeDistance(none, two)).toBeLessThan(1e-6);
    expect(Buffer.from(two.buffer).equals(Buffer.from(again.buffer))).toBe(true);
  });

  test("is cut to its largest norm, and its norm before that is reported", async () => {
    await using model = await smallModel();
    const data = randomData(5, 8);
    await model.forwardBackward(data, CROSS_ENTROPY);
    const whole = await gradientOf(model);
    const norm = Math.hypot(...whole);
    await model.forwardBackward(data, CROSS_ENTROPY);
    const { gradientNorm } = await model.optimStep({ learningRate: 0, beta1: 0, clipNorm: norm / 4 });
    expect(gradientNorm).toBeCloseTo(norm, 4);
    const cut = (await saved(model)).optimizer!.firstMoments;
    expect(
      relativeDistance(
        whole.map((value) => value / 4),
        cut,
      ),
    ).toBeLessThan(1e-5);
  });

  test("that is not finite changes nothing, and the norm says so", async () => {
    await using model = await smallModel();
    const before = await saved(model);
    await model.forwardBackward([{ tokens: randomIds(1, 9), weights: constant(9, 3e38) }], CROSS_ENTROPY);
    expect((await model.optimStep({ learningRate: 1e-3 })).gradientNorm).not.toBeLessThan(Infinity);
    expect((await saved(model)).bytes).toEqual(before.bytes);
    await expect(model.optimStep({ learningRate: 1e-3 })).rejects.toThrow("there is no gradient");
  });
});

describe("calls", () => {
  test("that are not waited for take effect in their order", async () => {
    await using patient = await smallModel();
    await using hasty = await smallModel();
    const batches = [randomData(6, 8), randomData(7, 8)];
    for (const data of batches) {
      await patient.forwardBackward(data, CROSS_ENTROPY);
      await patient.optimStep({ learningRate: 1e-2 });
    }
    await Promise.all(
      batches.flatMap((data) => [hasty.forwardBackward(data, CROSS_ENTROPY), hasty.optimStep({ learningRate: 1e-2 })]),
    );
    expect((await saved(hasty)).bytes).toEqual((await saved(patient)).bytes);
  });

  test.each([0, 2])("of every kind do so: samples, saves and loads (%d workers)", async (workers) => {
    await using model = await smallModel({ workers });
    await using folder = await temporaryFolder();
    const data = randomData(6, 8);
    const look = () =>
      Promise.all([
        model.sample({ prompt: [7, 8], maxTokens: 12, seed: 1, stop: [] }),
        model.logprobs([randomIds(9, 20)]),
      ]);
    const fresh = await look();
    const before = look();
    const saving = model.save(folder.path);
    const learning = [model.forwardBackward(data, CROSS_ENTROPY), model.optimStep({ learningRate: 5e-2 })];
    const after = look();
    const gathering = model.forwardBackward(data, CROSS_ENTROPY);
    const loading = model.load(folder.path);
    const stepping = model.optimStep({ learningRate: 1 }).catch((error: unknown) => String(error));
    const again = look();
    await Promise.all([saving, ...learning, gathering, loading]);
    expect(await before).toEqual(fresh);
    expect(await after).not.toEqual(fresh);
    expect(await stepping).toContain("there is no gradient");
    expect(await again).toEqual(fresh);
  });
});

describe("what a call was given", () => {
  test("may be changed as soon as the call is made", async () => {
    await using model = await smallModel();
    const ask = (prompt: number[]) => model.sample({ prompt, maxTokens: 8, seed: 3, stop: [] });
    const make = () => ({ prompt: randomIds(1, 9), ids: randomIds(2, 30), data: randomData(3, 4) });
    const sound = make();
    const expected = [
      await ask(sound.prompt),
      await model.logprobs([sound.ids]),
      await model.forwardBackward(sound.data, CROSS_ENTROPY),
    ];
    const { prompt, ids, data } = make();
    // Everything waits behind this step, which changes nothing.
    const calls: Promise<unknown>[] = [model.optimStep({ learningRate: 0 }), ask(prompt), model.logprobs([ids])];
    calls.push(model.forwardBackward(data, CROSS_ENTROPY));
    prompt.push(...randomIds(4, 100));
    ids.length = 3;
    for (const { tokens } of data) (tokens as number[]).fill(-1);
    expect((await Promise.all(calls)).slice(1)).toEqual(expected);
  });
});

describe("a policy loss", () => {
  /** A datum with one target, whose probability ratio is `ratio`. */
  async function oneTarget(model: TinyModel, ratio: number, advantage: number, weight: number): Promise<Datum> {
    const tokens = randomIds(8, 6);
    const [logprobs] = await model.logprobs([tokens]);
    const only = (value: number): number[] => tokens.map((_, index) => (index === 5 ? value : 0));
    return {
      tokens,
      weights: only(weight),
      advantages: only(advantage),
      logprobs: only(logprobs![5]! - Math.log(ratio)),
    };
  }
  const ppo = { kind: "ppo", clipLow: 0.2, clipHigh: 0.2 } as const;

  // By hand: -w min(r A, clip(r, 0.8, 1.2) A), and whether a gradient is left where the clip is the smaller one.
  test.each([
    { ratio: 1, advantage: 2, weight: 0.5, loss: -1, moves: true },
    { ratio: 1.1, advantage: 2, weight: 0.5, loss: -1.1, moves: true },
    { ratio: 1.5, advantage: 2, weight: 0.5, loss: -1.2, moves: false },
    { ratio: 0.5, advantage: 2, weight: 0.5, loss: -0.5, moves: true },
    { ratio: 1.5, advantage: -1, weight: 0.5, loss: 0.75, moves: true },
    { ratio: 0.5, advantage: -1, weight: 0.5, loss: 0.4, moves: false },
  ])("of PPO is $loss at r = $ratio and A = $advantage", async ({ ratio, advantage, weight, loss, moves }) => {
    await using model = await smallModel();
    await shake(model, 3);
    const datum = await oneTarget(model, ratio, advantage, weight);
    expect((await model.forwardBackward([datum], ppo)).loss).toBeCloseTo(loss, 4);
    const { gradientNorm } = await model.optimStep({ learningRate: 0 });
    if (moves) expect(gradientNorm).toBeGreaterThan(1e-3);
    else expect(gradientNorm).toBe(0);
  });

  test("of PPO, of importance sampling and of CISPO has at r = 1 the gradient of cross-entropy weighted by the advantage", async () => {
    await using model = await smallModel();
    await shake(model, 3);
    const datum = await oneTarget(model, 1, -1.5, 0.3);
    await model.forwardBackward(
      [{ tokens: datum.tokens, weights: Array.from(datum.weights, (weight) => weight * -1.5) }],
      CROSS_ENTROPY,
    );
    const expected = await gradientOf(model);
    for (const loss of [ppo, { kind: "importance-sampling" }, { kind: "cispo", clipHigh: 2 }] as const) {
      await model.forwardBackward([datum], loss);
      expect(relativeDistance(expected, await gradientOf(model))).toBeLessThan(1e-5);
    }
  });

  test("of CISPO weighs by the ratio, cut above", async () => {
    await using model = await smallModel();
    const [[logprob]] = [[(await model.logprobs([randomIds(8, 6)]))[0]![5]!]];
    for (const [ratio, factor] of [
      [0.5, 0.5],
      [1.5, 1.5],
      [4, 3],
    ] as const) {
      const { loss } = await model.forwardBackward([await oneTarget(model, ratio, 2, 0.5)], {
        kind: "cispo",
        clipHigh: 2,
      });
      expect(loss).toBeCloseTo(-0.5 * factor * 2 * logprob!, 3);
    }
  });

  test("learns from rewards: what was praised becomes likelier, what was blamed rarer", async () => {
    await using model = await smallModel();
    const prompt = randomIds(1, 4);
    const data = [50, 60].map((id, index): Datum => ({
      tokens: [...prompt, id],
      weights: [0, 0, 0, 0, 1],
      advantages: [0, 0, 0, 0, index === 0 ? 1 : -1],
      logprobs: [0, 0, 0, 0, -4.8],
    }));
    const before = await model.logprobs(data.map(({ tokens }) => tokens));
    for (let step = 0; step < 5; step++) {
      await model.forwardBackward(data, { kind: "importance-sampling" });
      await model.optimStep({ learningRate: 1e-2 });
    }
    const after = await model.logprobs(data.map(({ tokens }) => tokens));
    expect(after[0]![4]!).toBeGreaterThan(before[0]![4]! + 0.3);
    expect(after[1]![4]!).toBeLessThan(before[1]![4]! - 0.3);
  });
});

describe("the value head", () => {
  test("learns the returns at the tokens before the weighted targets", async () => {
    await using model = await smallModel();
    const sequences = [randomIds(1, 10), randomIds(2, 14)];
    const data = sequences.map((tokens, index): Datum => ({
      tokens,
      weights: tokens.map((_, i) => (i === 4 || i === 8 ? 0.25 : 0)),
      returns: tokens.map((_, i) => (i === 4 ? 1 - 2 * index : i === 8 ? 0.5 : NaN)),
    }));
    const fresh = await model.values(sequences);
    expect(fresh.map(({ length }) => length)).toEqual([11, 15]);
    const { loss } = await model.forwardBackward(data, { kind: "value" });
    // A fresh head says 0: two times 0.25 (1^2 + 0.5^2) / 2.
    expect(loss).toBeCloseTo(0.3125, 5);
    await model.optimStep({ learningRate: 1e-2 });
    for (let step = 0; step < 80; step++) {
      await model.forwardBackward(data, { kind: "value" });
      await model.optimStep({ learningRate: 1e-2 });
    }
    const learned = await model.values(sequences);
    expect(learned[0]![4]).toBeCloseTo(1, 1);
    expect(learned[1]![4]).toBeCloseTo(-1, 1);
    expect(learned[0]![8]).toBeCloseTo(0.5, 1);
  });

  test("gives the value after the whole sequence last, and does not look ahead", async () => {
    await using model = await smallModel({ workers: 2 });
    await model.forwardBackward([{ tokens: randomIds(1, 9), weights: constant(9, 1), returns: constant(9, 1) }], {
      kind: "value",
    });
    await model.optimStep({ learningRate: 1e-1 });
    const tokens = randomIds(3, 20);
    const [whole, part, none] = await model.values([tokens, tokens.slice(0, 12), []]);
    expect(whole![0]).toBe(0);
    expect(part!.at(-1)).toBeCloseTo(whole![12]!, 5);
    expect(Math.abs(whole!.at(-1)!)).toBeGreaterThan(1e-3);
    expect(none).toEqual(Float32Array.of(0));
  });
});

describe("bad data are refused with a clear error:", () => {
  const good: Datum = { tokens: [7, 8, 9], weights: [0, 1, 1] };
  test.each([
    [{ ...good, weights: [1] }, CROSS_ENTROPY, "datum 1: 1 weights for 3 tokens"],
    [{ ...good, weights: [0, 1, NaN] }, CROSS_ENTROPY, "datum 1: weights[2] is NaN"],
    [{ ...good, tokens: [7, tokenizer.size, 9] }, CROSS_ENTROPY, "datum 1: token ids are 0 to"],
    [
      { tokens: constant(65, 7), weights: constant(65, 1) },
      CROSS_ENTROPY,
      "datum 1: 65 tokens, and the context holds 64",
    ],
    [good, { kind: "importance-sampling" }, "datum 1: the loss importance-sampling needs advantages"],
    [
      { ...good, advantages: [0, 1, 1] },
      { kind: "ppo", clipLow: 0.2, clipHigh: 0.2 },
      "datum 1: the loss ppo needs logprobs",
    ],
    [{ ...good, returns: [0, 1, Infinity] }, { kind: "value" }, "datum 1: returns[2] is Infinity"],
    [good, { kind: "dpo" } as never, 'unknown loss "dpo"'],
  ] as const)("%o", async (datum, loss, message) => {
    await using model = await smallModel();
    const first = { ...good, advantages: [0, 0, 0], logprobs: [0, 0, 0], returns: [0, 0, 0] };
    await expect(model.forwardBackward([first, datum], loss)).rejects.toThrow(message);
    await expect(model.optimStep({ learningRate: 1e-3 })).rejects.toThrow("no gradient");
  });

  test.each([
    { learningRate: -1 },
    { learningRate: NaN },
    { learningRate: 1, beta1: 1 },
    { learningRate: 1, clipNorm: 0 },
    { learningRate: 1, epsilon: 0 },
  ])("%o", async (options) => {
    await using model = await smallModel();
    await expect(model.optimStep(options)).rejects.toThrow("must be");
  });
});
