import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parameterTable } from "../../src/architecture.ts";
import { createExecutor, type Executor } from "../../src/graph/executor.ts";
import { cispo } from "../../src/graph/losses/cispo.ts";
import { combinedLoss } from "../../src/graph/losses/combined.ts";
import { crossEntropy } from "../../src/graph/losses/cross-entropy.ts";
import { entropyBonus } from "../../src/graph/losses/entropy.ts";
import { importanceSampling } from "../../src/graph/losses/importance-sampling.ts";
import type { LossPiece } from "../../src/graph/losses/loss-piece.ts";
import { ppo } from "../../src/graph/losses/ppo.ts";
import { valueLoss } from "../../src/graph/losses/value.ts";
import { runReference } from "./reference-network.ts";
import { generator, relativeError, SMALL, someIds, someNumbers, someParameters, TOKENS } from "./small-network.ts";

const BATCH = 3;
const LENGTH = 11;
const COUNT = BATCH * LENGTH;
const TEMPERATURE = 0.8;
const table = parameterTable(SMALL);
const parameters = someParameters(SMALL);
const tokens = someIds(COUNT, TOKENS, 2);
const targets = someIds(COUNT, TOKENS, 3);
const perToken = {
  weights: someNumbers(COUNT, 0, 1, 4).map((weight, index) => (index % 4 === 0 ? 0 : weight)),
  valueWeights: someNumbers(COUNT, 0, 1, 5),
  advantages: someNumbers(COUNT, -1, 1, 6),
  returns: someNumbers(COUNT, -1, 1, 7),
  oldValues: someNumbers(COUNT, -1, 1, 8),
  // Set below to the reference's log-probabilities plus noise, so that ratios fall on both sides of the bounds.
  oldLogprobs: new Float32Array(COUNT),
};

/** Loss and its derivatives by log-probability, entropy and value of one token, by the formulas of the papers. */
type TokenLoss = (token: TokenInputs) => { loss: number; logprob?: number; entropy?: number; value?: number };

interface TokenInputs {
  readonly logprob: number;
  readonly entropy: number;
  readonly value: number;
  readonly w: number;
  readonly wv: number;
  readonly advantage: number;
  readonly ratio: number;
  readonly return: number;
  readonly oldValue: number;
}

const bound = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

const tokenPpo: TokenLoss = ({ w, advantage, ratio }) => {
  const clipped = bound(ratio, 0.9, 1.1) * advantage;
  const free = ratio * advantage <= clipped;
  return { loss: -w * Math.min(ratio * advantage, clipped), logprob: free ? -w * ratio * advantage : 0 };
};

const cases: readonly {
  readonly name: string;
  readonly loss: LossPiece;
  readonly scalars?: Readonly<Record<string, number>>;
  /** Whether the values' gradients stop at the head. */
  readonly detached?: boolean;
  /** Whether no gradient passes through the ratio. */
  readonly frozenRatio?: boolean;
  readonly token: TokenLoss;
}[] = [
  { name: "cross-entropy", loss: crossEntropy(), token: ({ w, logprob }) => ({ loss: -w * logprob, logprob: -w }) },
  {
    name: "importance sampling",
    loss: importanceSampling(),
    token: ({ w, ratio, advantage }) => ({ loss: -w * ratio * advantage, logprob: -w * ratio * advantage }),
  },
  { name: "PPO", loss: ppo(), scalars: { clipLow: 0.9, clipHigh: 1.1 }, token: tokenPpo },
  {
    name: "CISPO",
    loss: cispo(),
    scalars: { clipLow: 0.95, clipHigh: 1.05 },
    frozenRatio: true,
    token: ({ w, ratio, advantage, logprob }) => {
      const factor = -w * bound(ratio, 0.95, 1.05) * advantage;
      return { loss: factor * logprob, logprob: factor };
    },
  },
  {
    name: "value",
    loss: valueLoss(),
    token: ({ w, value, return: target }) => ({ loss: 0.5 * w * (value - target) ** 2, value: w * (value - target) }),
  },
  {
    name: "value, head only",
    loss: valueLoss({ detached: true }),
    detached: true,
    token: ({ w, value, return: target }) => ({ loss: 0.5 * w * (value - target) ** 2, value: w * (value - target) }),
  },
  {
    name: "value, clipped",
    loss: valueLoss({ clipped: true }),
    scalars: { valueClip: 0.3 },
    token: ({ w, value, return: target, oldValue }) => {
      const held = bound(value, oldValue - 0.3, oldValue + 0.3);
      const plain = (value - target) ** 2 >= (held - target) ** 2;
      const slope = plain || held === value ? value - target : 0;
      return { loss: 0.5 * w * Math.max((value - target) ** 2, (held - target) ** 2), value: w * slope };
    },
  },
  {
    name: "PPO with a value term and an entropy bonus",
    loss: combinedLoss([
      { name: "policy", loss: ppo() },
      { name: "value", loss: valueLoss({ weights: "valueWeights" }), coefficient: "valueCoefficient" },
      { name: "entropy", loss: entropyBonus(), coefficient: "entropyCoefficient" },
    ]),
    scalars: { clipLow: 0.9, clipHigh: 1.1, valueCoefficient: 0.5, entropyCoefficient: 0.25 },
    token: (inputs) => {
      const { loss, logprob = 0 } = tokenPpo(inputs);
      const error = inputs.value - inputs.return;
      return {
        loss: loss + 0.5 * 0.5 * inputs.wv * error ** 2 - 0.25 * inputs.w * inputs.entropy,
        logprob,
        value: 0.5 * inputs.wv * error,
        entropy: -0.25 * inputs.w,
      };
    },
  },
];

/** The loss and the gradients of all parameters by the reference implementation, at the given parameters. */
function referenceStep(example: (typeof cases)[number], at = Float64Array.from(parameters)) {
  const { token, detached = false, frozenRatio = false } = example;
  const gradients = new Float64Array(table.size);
  let loss = 0;
  for (let row = 0; row < BATCH; row++) {
    const part = <Numbers extends Int32Array | Float32Array>(data: Numbers): Numbers =>
      data.subarray(row * LENGTH, (row + 1) * LENGTH) as Numbers;
    const sequence = runReference(SMALL, TOKENS, at, part(tokens), part(targets), TEMPERATURE);
    const results = Array.from({ length: LENGTH }, (_, t) =>
      token({
        logprob: sequence.logprobs[t]!,
        entropy: sequence.entropy[t]!,
        value: sequence.values[t]!,
        w: part(perToken.weights)[t]!,
        wv: part(perToken.valueWeights)[t]!,
        advantage: part(perToken.advantages)[t]!,
        ratio: Math.exp((frozenRatio ? reference[row]! : sequence).logprobs[t]! - part(perToken.oldLogprobs)[t]!),
        return: part(perToken.returns)[t]!,
        oldValue: part(perToken.oldValues)[t]!,
      }),
    );
    for (const result of results) loss += result.loss;
    sequence.backward(
      {
        logprobs: results.map(({ logprob = 0 }) => logprob),
        entropy: results.map(({ entropy = 0 }) => entropy),
        values: results.map(({ value = 0 }) => value),
        detached,
      },
      gradients,
    );
  }
  return { loss, gradients };
}

const reference = Array.from({ length: BATCH }, (_, row) =>
  runReference(
    SMALL,
    TOKENS,
    Float64Array.from(parameters),
    tokens.subarray(row * LENGTH, (row + 1) * LENGTH),
    targets.subarray(row * LENGTH, (row + 1) * LENGTH),
    TEMPERATURE,
  ),
);
const noise = generator(9);
perToken.oldLogprobs.set(
  reference.flatMap(({ logprobs }) => [...logprobs].map((logprob) => logprob + 0.6 * (noise() - 0.5))),
);

describe("the transformer against an independent implementation in double precision", () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await createExecutor({ architecture: SMALL, tokens: TOKENS, parameters });
  });
  afterAll(() => executor[Symbol.asyncDispose]());

  test("gives the same log-probabilities, entropies and values", async () => {
    const result = await executor.forward({ batch: BATCH, length: LENGTH, tokens, targets, temperature: TEMPERATURE });
    expect(
      relativeError(
        result.logprobs,
        reference.flatMap(({ logprobs }) => [...logprobs]),
      ),
    ).toBeLessThan(1e-6);
    expect(
      relativeError(
        result.entropy,
        reference.flatMap(({ entropy }) => [...entropy]),
      ),
    ).toBeLessThan(1e-6);
    expect(
      relativeError(
        result.values,
        reference.flatMap(({ values }) => [...values]),
      ),
    ).toBeLessThan(1e-6);
  });

  test.each(cases)("$name has the same loss and the same gradient of every parameter", async (example) => {
    const { loss, scalars = {} } = example;
    const expected = referenceStep(example);
    const result = await executor.forwardBackward({
      ...{ batch: BATCH, length: LENGTH, tokens, targets, temperature: TEMPERATURE },
      ...{ loss, scalars, perToken },
    });
    expect(Math.abs(result.loss - expected.loss)).toBeLessThan(2e-6 * (1 + Math.abs(expected.loss)));
    for (const { name, offset, size } of table.slots) {
      const actual = executor.gradients.subarray(offset, offset + size);
      const error = relativeError(actual, expected.gradients.subarray(offset, offset + size));
      expect(error, `relative error of the gradient of ${name}`).toBeLessThan(5e-6);
    }
  });

  test("the training graph gives the log-probabilities, entropies and values of the forward graph", async () => {
    const batch = { batch: BATCH, length: LENGTH, tokens, targets, temperature: TEMPERATURE };
    const forward = await executor.forward(batch);
    const training = await executor.forwardBackward({ ...batch, loss: crossEntropy(), perToken });
    expect(training.logprobs).toEqual(forward.logprobs);
    expect(training.entropy).toEqual(forward.entropy);
    expect(training.values).toEqual(forward.values);
  });
});

describe("a network of the size that is trained", () => {
  test("has the reference's log-probabilities and gradients", async () => {
    const architecture = { layers: 4, width: 128, heads: 4, context: 128, vocabulary: 128 };
    const [length, count] = [24, 100];
    const ids = someIds(length, count, 11);
    const next = someIds(length, count, 12);
    // Uniform in +-0.09, about 2.6 times the deviation at initialisation, so that attention is uneven.
    const own = someParameters(architecture, 13).map((x) => 0.3 * x);
    for (const { init, offset, size } of parameterTable(architecture).slots) {
      if (init === "ones") own.fill(1, offset, offset + size);
    }
    const expected = runReference(architecture, count, Float64Array.from(own), ids, next);
    const gradients = new Float64Array(own.length);
    const weights = someNumbers(length, -1, 1, 14);
    const zeros = new Float64Array(length);
    expected.backward({ logprobs: weights.map((weight) => -weight), entropy: zeros, values: zeros }, gradients);
    await using executor = await createExecutor({ architecture, tokens: count, parameters: own });
    const result = await executor.forwardBackward({
      ...{ batch: 1, length, tokens: ids, targets: next },
      ...{ loss: crossEntropy(), perToken: { weights } },
    });
    result.logprobs.forEach((logprob, t) => expect(Math.abs(logprob - expected.logprobs[t]!)).toBeLessThan(1e-5));
    for (const { name, offset, size } of parameterTable(architecture).slots) {
      const actual = executor.gradients.subarray(offset, offset + size);
      const error = relativeError(actual, gradients.subarray(offset, offset + size));
      expect(error, `relative error of the gradient of ${name}`).toBeLessThan(1e-5);
    }
  });
});

describe("the reference implementation", () => {
  test.each(cases)("has gradients of $name that agree with central differences", (example) => {
    // A detached value stops the gradient on purpose, so that only the head agrees with differences.
    const slots = example.detached === true ? table.slots.filter(({ name }) => name.startsWith("value")) : table.slots;
    const { gradients } = referenceStep(example);
    const next = generator(10);
    for (const { name, offset, size } of slots) {
      const index = offset + Math.floor(next() * size);
      const step = 1e-6;
      const lossAt = (change: number): number => {
        const moved = Float64Array.from(parameters);
        moved[index]! += change;
        return referenceStep(example, moved).loss;
      };
      const numeric = (lossAt(step) - lossAt(-step)) / (2 * step);
      expect(Math.abs(numeric - gradients[index]!), `gradient of ${name}`).toBeLessThan(1e-7 * (1 + Math.abs(numeric)));
    }
  });
});
