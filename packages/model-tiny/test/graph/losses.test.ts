import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/graph/differentiate.ts";
import type { Value } from "../../src/graph/graph-builder.ts";
import { cispo } from "../../src/graph/losses/cispo.ts";
import { combinedLoss } from "../../src/graph/losses/combined.ts";
import { crossEntropy } from "../../src/graph/losses/cross-entropy.ts";
import { entropyBonus } from "../../src/graph/losses/entropy.ts";
import { importanceSampling } from "../../src/graph/losses/importance-sampling.ts";
import type { LossPiece } from "../../src/graph/losses/loss-piece.ts";
import { ppo } from "../../src/graph/losses/ppo.ts";
import { valueLoss } from "../../src/graph/losses/value.ts";
import { runGraph } from "./run-graph.ts";

/** One row of tokens, as a loss sees them. */
interface Row {
  readonly logprobs?: readonly number[];
  readonly entropy?: readonly number[];
  readonly values?: readonly number[];
  readonly perToken: Readonly<Record<string, readonly number[]>>;
  readonly scalars?: Readonly<Record<string, number>>;
}

/** The loss of one row and its derivatives by what the network gives, without a network. */
async function lossOf(loss: LossPiece, row: Row) {
  const count = Object.values(row.perToken)[0]!.length;
  const zeros = Array.from({ length: count }, () => 0);
  const { logprobs = zeros, entropy = zeros, values = zeros } = row;
  const asTensor = (data: readonly number[]) => ({ data: Float32Array.from(data), shape: [1, count] });
  const scalars = Object.entries(row.scalars ?? {}).map(([name, value]) => [
    name,
    { data: Float32Array.of(value), shape: [] },
  ]);
  const inputs = {
    ...Object.fromEntries(
      Object.entries({ logprobs, entropy, values, ...row.perToken }).map(([k, v]) => [k, asTensor(v)]),
    ),
    ...Object.fromEntries(scalars),
  };
  const outputs = await runGraph(inputs, (given, graph) => {
    const reports: Record<string, Value> = {};
    const total = loss.build({
      graph,
      logprobs: given["logprobs"]!,
      entropy: given["entropy"]!,
      values: () => given["values"]!,
      perToken: (name) => given[name]!,
      scalar: (name, defaultValue) => given[name] ?? graph.scalar(defaultValue!),
      report: (name, value) => (reports[`report/${name}`] = value),
    });
    const [logprob, uncertainty, value] = differentiate(total, [
      given["logprobs"]!,
      given["entropy"]!,
      given["values"]!,
    ]);
    const gradients = { logprobs: logprob, entropy: uncertainty, values: value };
    const wanted = Object.entries(gradients).flatMap(([name, gradient]) =>
      gradient ? [[`d/${name}`, gradient] as const] : [],
    );
    return { loss: total, ...reports, ...Object.fromEntries(wanted) };
  });
  const rounded = (data?: Float32Array) => data && Array.from(data, (x) => Math.round(x * 1e5) / 1e5 + 0);
  return {
    loss: rounded(outputs["loss"])![0],
    logprobs: rounded(outputs["d/logprobs"]),
    entropy: rounded(outputs["d/entropy"]),
    values: rounded(outputs["d/values"]),
    reports: Object.fromEntries(
      Object.entries(outputs).flatMap(([k, v]) => (k.startsWith("report/") ? [[k.slice(7), rounded(v)![0]]] : [])),
    ),
  };
}

const HALF = Math.log(0.5);
const QUARTER = Math.log(0.25);
// Ratios 2, 2, 1/2, 1/2 and 1, with advantages of both signs.
const FIVE = {
  logprobs: [HALF, HALF, QUARTER, QUARTER, HALF],
  perToken: {
    weights: [1, 1, 1, 1, 0.5],
    oldLogprobs: [QUARTER, QUARTER, HALF, HALF, HALF],
    advantages: [1, -1, 1, -1, 3],
  },
};

describe("hand-worked losses", () => {
  test("cross-entropy is -sum w logp", async () => {
    const { loss, logprobs } = await lossOf(crossEntropy(), {
      logprobs: [-1, -2, -4],
      perToken: { weights: [1, 0.5, 0] },
    });
    expect(loss).toBe(2);
    expect(logprobs).toEqual([-1, -0.5, 0]);
  });

  test("importance sampling is -sum w r A, and its derivative by logp is itself", async () => {
    const { loss, logprobs } = await lossOf(importanceSampling(), FIVE);
    // -(2 - 2 + 0.5 - 0.5 + 0.5 * 3)
    expect(loss).toBe(-1.5);
    expect(logprobs).toEqual([-2, 2, -0.5, 0.5, -1.5]);
  });

  test("PPO takes the smaller of the free and the clipped term, and drops the gradient of a clipped one", async () => {
    const { loss, logprobs } = await lossOf(ppo(), FIVE);
    // A=1: min(2, 1.2); A=-1: min(-2, -1.2); A=1: min(0.5, 0.8); A=-1: min(-0.5, -0.8); r=1: 0.5 * 3
    expect(loss).toBeCloseTo(-(1.2 - 2 + 0.5 - 0.8 + 1.5), 5);
    expect(logprobs).toEqual([0, 2, -0.5, 0, -1.5]);
  });

  test("PPO takes its bounds as inputs", async () => {
    const { loss, logprobs } = await lossOf(ppo(), { ...FIVE, scalars: { clipLow: 0.4, clipHigh: 3 } });
    expect(loss).toBe(-1.5);
    expect(logprobs).toEqual([-2, 2, -0.5, 0.5, -1.5]);
  });

  test("CISPO weighs every token by its bounded ratio and drops none", async () => {
    const { loss, logprobs } = await lossOf(cispo(), { ...FIVE, scalars: { clipHigh: 1.25 } });
    expect(logprobs).toEqual([-1.25, 1.25, -0.5, 0.5, -1.5]);
    // The terms of the opposite advantages cancel; 0.5 * 1 * 3 * log 0.5 is left.
    expect(loss).toBeCloseTo(-1.5 * HALF, 5);
  });

  test("the value loss is sum w (V - R)^2 / 2", async () => {
    const row = { values: [1, 2, 3], perToken: { weights: [1, 0.5, 0], returns: [0, 4, 9] } };
    const { loss, values } = await lossOf(valueLoss(), row);
    expect(loss).toBe(0.5 + 0.5 * 0.5 * 4);
    expect(values).toEqual([1, -1, 0]);
  });

  test("the clipped value loss takes the larger error, and drops the gradient of a held value", async () => {
    const row = {
      // Held at 0.5 + 0.25 = 0.75: error 0.75 against 1 free; held at 0.75: error 1.25 against 1 free; within the range.
      values: [1, 1, 0.6],
      perToken: { weights: [1, 1, 1], returns: [0, 2, 0], oldValues: [0.5, 0.5, 0.5] },
      scalars: { valueClip: 0.25 },
    };
    const { loss, values } = await lossOf(valueLoss({ clipped: true }), row);
    expect(loss).toBeCloseTo(0.5 * (1 + 1.25 ** 2 + 0.36), 5);
    expect(values).toEqual([1, 0, 0.6]);
  });

  test("the entropy bonus is -sum w H", async () => {
    const { loss, entropy } = await lossOf(entropyBonus(), { entropy: [1, 2, 3], perToken: { weights: [1, 0.5, 0] } });
    expect(loss).toBe(-2);
    expect(entropy).toEqual([-1, -0.5, 0]);
  });

  test("a combined loss adds its terms by their coefficients and reports each without", async () => {
    const loss = combinedLoss([
      { name: "policy", loss: crossEntropy() },
      { name: "value", loss: valueLoss({ weights: "valueWeights" }), coefficient: "valueCoefficient" },
      { name: "entropy", loss: entropyBonus(), coefficient: "entropyCoefficient" },
    ]);
    const result = await lossOf(loss, {
      logprobs: [-1, -2],
      entropy: [1, 3],
      values: [2, 4],
      perToken: { weights: [0, 1], valueWeights: [1, 0], returns: [0, 0] },
      scalars: { valueCoefficient: 0.5, entropyCoefficient: 0.1 },
    });
    expect(result).toEqual({
      loss: 2.7,
      logprobs: [0, -1],
      entropy: [0, -0.1],
      values: [1, 0],
      reports: { policy: 2, value: 2, entropy: -3 },
    });
  });

  test("a combined loss without terms is refused", async () => {
    await expect(lossOf(combinedLoss([]), FIVE)).rejects.toMatchObject({ code: "bad-option" });
  });
});

describe("tokens of weight 0", () => {
  test.each([
    ["importance sampling", importanceSampling()],
    ["PPO", ppo()],
    ["CISPO", cispo()],
    ["value", valueLoss()],
    ["clipped value", valueLoss({ clipped: true })],
  ])("count for nothing in %s, whatever stands in the other inputs", async (_, loss) => {
    const perToken = {
      weights: [1, 0, 0, 0],
      oldLogprobs: [HALF, Number.NEGATIVE_INFINITY, Number.NaN, 1e30],
      advantages: [1, Number.NaN, Number.POSITIVE_INFINITY, 1],
      returns: [3, Number.NaN, Number.POSITIVE_INFINITY, 0],
      oldValues: [0, Number.NaN, Number.POSITIVE_INFINITY, 0],
    };
    const scalars = { clipHigh: 1.2, valueClip: 0.5 };
    const alone = await lossOf(loss, {
      logprobs: [HALF],
      perToken: Object.fromEntries(Object.entries(perToken).map(([name, data]) => [name, data.slice(0, 1)])),
      scalars,
    });
    const result = await lossOf(loss, { logprobs: [HALF, -5, -5, -5], perToken, scalars });
    expect(result.loss).toBe(alone.loss);
    for (const name of ["logprobs", "values"] as const) {
      if (alone[name] !== undefined) expect(result[name]).toEqual([...alone[name], 0, 0, 0]);
    }
  });
});

describe("ratios far from 1", () => {
  test("stay finite: log r is held to 20", async () => {
    const row = { logprobs: [-0.1], perToken: { weights: [1], oldLogprobs: [-200], advantages: [1] } };
    const { loss, logprobs } = await lossOf(importanceSampling(), row);
    expect(loss! / -Math.exp(20)).toBeCloseTo(1, 5);
    expect(logprobs).toEqual([0]);
    expect(await lossOf(ppo(), row)).toMatchObject({ loss: -1.2, logprobs: [0] });
  });
});
