import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parameterTable } from "../../src/architecture.ts";
import type { ForwardResult, SequenceBatch } from "../../src/graph/batch.ts";
import { createExecutor, type Executor, type ExecutorEvent } from "../../src/graph/executor.ts";
import { cispo } from "../../src/graph/losses/cispo.ts";
import { crossEntropy } from "../../src/graph/losses/cross-entropy.ts";
import { importanceSampling } from "../../src/graph/losses/importance-sampling.ts";
import { ppo } from "../../src/graph/losses/ppo.ts";
import { valueLoss } from "../../src/graph/losses/value.ts";
import { relativeError, SMALL, someIds, someNumbers, someParameters, TOKENS } from "./small-network.ts";

const table = parameterTable(SMALL);
const parameters = someParameters(SMALL);

/** Rows of random tokens. */
function sequences(batch: number, length: number, seed: number): SequenceBatch {
  const count = batch * length;
  return { batch, length, tokens: someIds(count, TOKENS, seed), targets: someIds(count, TOKENS, seed + 1) };
}

/** The inputs of the policy and value losses for a batch. */
function inputsFor({ batch, length }: SequenceBatch, seed: number): Record<string, Float32Array> {
  const count = batch * length;
  return {
    weights: someNumbers(count, 0.1, 1, seed),
    advantages: someNumbers(count, -1, 1, seed + 1),
    oldLogprobs: someNumbers(count, -4, -2, seed + 2),
    returns: someNumbers(count, -1, 1, seed + 3),
  };
}

function slotOf(gradients: Float32Array, name: string): Float32Array {
  const slot = table.slots.find((candidate) => candidate.name === name)!;
  return gradients.subarray(slot.offset, slot.offset + slot.size);
}

describe("an executor", () => {
  let executor: Executor;
  const events: ExecutorEvent[] = [];
  beforeAll(async () => {
    executor = await createExecutor({
      architecture: SMALL,
      tokens: TOKENS,
      parameters,
      onEvent: (event) => events.push(event),
    });
  });
  afterAll(() => executor[Symbol.asyncDispose]());

  test("says which runtime it uses, and when it compiles a graph", async () => {
    expect(executor.backend).toBe("onnxruntime-node");
    expect(executor.fallbackReason).toBeUndefined();
    expect(events[0]).toEqual({ type: "backend-load", backend: "onnxruntime-node", fallbackReason: undefined });
    await executor.prepare();
    expect(events.at(-1)).toMatchObject({ type: "session-create", graph: "forward" });
    await executor.prepare(cispo());
    await executor.prepare(cispo());
    expect(events.filter((event) => event.type === "session-create" && event.graph.includes("cispo"))).toHaveLength(1);
  });

  test("repeats itself bit for bit", async () => {
    const batch = sequences(4, 9, 20);
    const step = { ...batch, loss: ppo(), perToken: inputsFor(batch, 30) };
    const first = await executor.forwardBackward(step);
    const gradients = executor.gradients.slice();
    const second = await executor.forwardBackward(step);
    expect(second).toEqual(first);
    expect(executor.gradients).toEqual(gradients);
  });

  test("overwrites the gradient buffer, or adds to it when asked", async () => {
    const one = sequences(2, 8, 40);
    const two = sequences(3, 5, 50);
    const stepOne = { ...one, loss: ppo(), perToken: inputsFor(one, 60) };
    const stepTwo = { ...two, loss: valueLoss(), perToken: inputsFor(two, 70) };
    executor.gradients.fill(Number.NaN);
    await executor.forwardBackward(stepOne);
    const first = executor.gradients.slice();
    await executor.forwardBackward(stepTwo);
    const second = executor.gradients.slice();
    await executor.forwardBackward(stepOne);
    await executor.forwardBackward({ ...stepTwo, accumulate: true });
    const slots = table.slots.map(({ offset, size }) => [offset, offset + size] as const);
    for (const [start, end] of slots) {
      const sum = first.subarray(start, end).map((x, index) => x + second.subarray(start, end)[index]!);
      expect(executor.gradients.subarray(start, end)).toEqual(sum);
    }
  });

  test("carries out calls in the order in which they were made", async () => {
    const batch = sequences(2, 8, 40);
    const step = { ...batch, loss: importanceSampling(), perToken: inputsFor(batch, 60) };
    await executor.forwardBackward(step);
    const once = executor.gradients.slice();
    // The first of the two has to be compiled before it can run, the second not.
    const late = {
      ...step,
      loss: importanceSampling({ weights: "late" }),
      perToken: { ...step.perToken, late: step.perToken["weights"]! },
    };
    await Promise.all([executor.forwardBackward(late), executor.forwardBackward({ ...step, accumulate: true })]);
    expect(slotOf(executor.gradients, "embedding")).toEqual(slotOf(once, "embedding").map((x) => 2 * x));
  });

  test("gives the same when a batch is run in pieces", async () => {
    const batch = sequences(7, 6, 80);
    const step = { ...batch, loss: ppo(), perToken: inputsFor(batch, 90) };
    const whole = await executor.forwardBackward(step);
    await using pieces = await createExecutor({ architecture: SMALL, tokens: TOKENS, parameters, tokensPerRun: 13 });
    const cut = await pieces.forwardBackward(step);
    expect(cut.loss).toBeCloseTo(whole.loss, 4);
    expect(relativeError(cut.logprobs, whole.logprobs)).toBeLessThan(1e-6);
    expect(relativeError(cut.entropy, whole.entropy)).toBeLessThan(1e-6);
    expect(relativeError(cut.values, whole.values)).toBeLessThan(1e-6);
    for (const { name } of table.slots) {
      expect(relativeError(slotOf(pieces.gradients, name), slotOf(executor.gradients, name)), name).toBeLessThan(2e-6);
    }
    expect(relativeError((await pieces.forward(batch)).logprobs, whole.logprobs)).toBeLessThan(1e-6);
  });

  test("gives a gradient of exactly zero for weights of zero", async () => {
    const batch = sequences(2, 8, 100);
    const perToken = { ...inputsFor(batch, 110), weights: new Float32Array(16) };
    for (const loss of [crossEntropy(), importanceSampling(), ppo(), valueLoss()]) {
      executor.gradients.fill(7);
      const result = await executor.forwardBackward({ ...batch, loss, perToken });
      expect(result.loss).toBeCloseTo(0, 12);
      for (const { name } of table.slots)
        expect(
          slotOf(executor.gradients, name).every((x) => x === 0),
          name,
        ).toBe(true);
    }
  });

  test("lets padding contribute nothing: ragged rows padded together equal the rows alone", async () => {
    const lengths = [3, 8, 5];
    const length = 8;
    const rows = lengths.map((own, index) => {
      const batch = sequences(1, own, 200 + 10 * index);
      return { ...batch, perToken: inputsFor(batch, 300 + 10 * index) };
    });
    for (const padding of [0, 11]) {
      const padded = <Numbers extends Int32Array | Float32Array>(
        make: (count: number) => Numbers,
        pick: (row: (typeof rows)[number]) => Numbers,
        fill: number,
      ): Numbers => {
        const joined = make(3 * length);
        joined.fill(fill);
        rows.forEach((row, index) => joined.set(pick(row), index * length));
        return joined;
      };
      const floats = (name: string, fill: number) =>
        padded(
          (n) => new Float32Array(n),
          (row) => row.perToken[name]!,
          fill,
        );
      const together = await executor.forwardBackward({
        ...{ batch: 3, length, loss: ppo() },
        tokens: padded(
          (n) => new Int32Array(n),
          (row) => row.tokens,
          padding,
        ),
        targets: padded(
          (n) => new Int32Array(n),
          (row) => row.targets,
          padding,
        ),
        perToken: {
          weights: floats("weights", 0),
          advantages: floats("advantages", 9),
          oldLogprobs: floats("oldLogprobs", 0),
        },
      });
      const gradients = executor.gradients.slice();
      let loss = 0;
      for (const [index, row] of rows.entries()) {
        const alone = await executor.forwardBackward({ ...row, loss: ppo(), accumulate: index > 0 });
        loss += alone.loss;
        const own = together.logprobs.subarray(index * length, index * length + row.length);
        expect(relativeError(own, alone.logprobs)).toBeLessThan(1e-6);
      }
      expect(together.loss).toBeCloseTo(loss, 5);
      for (const { name } of table.slots) {
        expect(relativeError(gradients.subarray(...span(name)), slotOf(executor.gradients, name)), name).toBeLessThan(
          2e-6,
        );
      }
    }
  });

  test("clears what a loss or a length does not reach: later positions, and the value head of a policy loss", async () => {
    const batch = sequences(2, 6, 120);
    executor.gradients.fill(7);
    await executor.forwardBackward({ ...batch, loss: crossEntropy(), perToken: inputsFor(batch, 130) });
    const positions = slotOf(executor.gradients, "positions");
    expect(positions.subarray(0, 6 * SMALL.width).every((x) => x !== 0)).toBe(true);
    expect(positions.subarray(6 * SMALL.width).every((x) => x === 0)).toBe(true);
    expect(slotOf(executor.gradients, "value.weight").every((x) => x === 0)).toBe(true);
    // Rows of the embedding past the tokenizer are neither read nor given probability.
    expect(
      slotOf(executor.gradients, "embedding")
        .subarray(TOKENS * SMALL.width)
        .every((x) => x === 0),
    ).toBe(true);
  });

  test("trains only the head where the value loss is detached", async () => {
    const batch = sequences(2, 6, 140);
    executor.gradients.fill(7);
    await executor.forwardBackward({ ...batch, loss: valueLoss({ detached: true }), perToken: inputsFor(batch, 150) });
    for (const { name } of table.slots) {
      const untouched = slotOf(executor.gradients, name).every((x) => x === 0);
      expect(untouched, name).toBe(!name.startsWith("value."));
    }
  });

  test("has the gradient of PPO when cross-entropy is weighted by minus PPO's derivative", async () => {
    const batch = sequences(3, 7, 160);
    const perToken = inputsFor(batch, 170);
    const { logprobs } = await executor.forwardBackward({ ...batch, loss: ppo(), perToken });
    const gradients = executor.gradients.slice();
    const weights = logprobs.map((logprob, index) => {
      const advantage = perToken["advantages"]![index]!;
      const ratio = Math.exp(logprob - perToken["oldLogprobs"]![index]!);
      const free = advantage > 0 ? ratio <= Math.fround(1.2) : ratio >= Math.fround(0.8);
      return free ? perToken["weights"]![index]! * ratio * advantage : 0;
    });
    await executor.forwardBackward({ ...batch, loss: crossEntropy(), perToken: { weights } });
    for (const { name } of table.slots) {
      expect(relativeError(slotOf(executor.gradients, name), gradients.subarray(...span(name))), name).toBeLessThan(
        2e-6,
      );
    }
  });

  test("divides the logits by the temperature", async () => {
    const batch = sequences(1, 8, 180);
    const cold = await executor.forward({ ...batch, temperature: 0.1 });
    const hot = await executor.forward({ ...batch, temperature: 1e6 });
    hot.logprobs.forEach((logprob) => expect(logprob).toBeCloseTo(-Math.log(TOKENS), 4));
    hot.entropy.forEach((entropy) => expect(entropy).toBeCloseTo(Math.log(TOKENS), 4));
    cold.entropy.forEach((entropy, index) => expect(entropy).toBeLessThan(hot.entropy[index]!));
    expect(cold.values).toEqual(hot.values);
  });

  test("gives probabilities that sum to 1 over the tokenizer's ids", async () => {
    const tokens = someIds(8, TOKENS, 190);
    const sums = new Float64Array(8);
    for (let id = 0; id < TOKENS; id++) {
      const { logprobs } = await executor.forward({ batch: 1, length: 8, tokens, targets: new Int32Array(8).fill(id) });
      logprobs.forEach((logprob, position) => (sums[position]! += Math.exp(logprob)));
    }
    sums.forEach((sum) => expect(sum).toBeCloseTo(1, 5));
  });

  test("looks only back: later tokens do not change earlier results", async () => {
    const batch = sequences(1, 8, 195);
    const before = await executor.forward(batch);
    const after = await executor.forward({ ...batch, tokens: batch.tokens.with(5, (batch.tokens[5]! + 1) % TOKENS) });
    expect(after.logprobs.subarray(0, 5)).toEqual(before.logprobs.subarray(0, 5));
    expect(after.logprobs[5]).not.toBe(before.logprobs[5]);
  });

  test.each<[string, Partial<SequenceBatch>]>([
    ["no rows", { batch: 0 }],
    ["rows longer than the context", { batch: 1, length: SMALL.context + 1 }],
    ["too few tokens", { tokens: new Int32Array(15) }],
    ["too many targets", { targets: new Int32Array(17) }],
    ["an id past the embedding", { tokens: new Int32Array(16).fill(SMALL.vocabulary) }],
    ["a negative id", { tokens: new Int32Array(16).fill(-1) }],
    ["a target past the tokenizer", { targets: new Int32Array(16).fill(TOKENS) }],
    ["a temperature of 0", { temperature: 0 }],
  ])("refuses %s", async (_, wrong) => {
    await expect(executor.forward({ ...sequences(2, 8, 1), ...wrong })).rejects.toMatchObject({ code: "bad-option" });
  });

  test("refuses inputs of the loss that are missing, unknown or of the wrong size, and goes on working", async () => {
    const batch = sequences(2, 8, 1);
    const perToken = inputsFor(batch, 2);
    const { advantages: _, ...incomplete } = perToken;
    const wrong = [
      { ...batch, loss: ppo(), perToken: incomplete },
      { ...batch, loss: ppo(), perToken: { ...perToken, weights: new Float32Array(3) } },
      { ...batch, loss: ppo(), perToken, scalars: { clipHeight: 1.3 } },
      { ...batch, loss: cispo(), perToken },
    ];
    for (const step of wrong)
      await expect(executor.forwardBackward(step)).rejects.toMatchObject({ code: "bad-option" });
    await expect(executor.forwardBackward({ ...batch, loss: ppo(), perToken })).resolves.toMatchObject({ reports: {} });
  });
});

describe("memory", () => {
  test("parameters and gradients may be views into one shared memory, and updates are seen at once", async () => {
    const shared = new SharedArrayBuffer(4 * (2 * table.size + 8));
    const own = new Float32Array(shared, 0, table.size);
    const gradients = new Float32Array(shared, 4 * (table.size + 4), table.size);
    own.set(parameters);
    await using executor = await createExecutor({ architecture: SMALL, tokens: TOKENS, parameters: own, gradients });
    await using plain = await createExecutor({ architecture: SMALL, tokens: TOKENS, parameters });
    const batch = sequences(2, 8, 400);
    const step = { ...batch, loss: ppo(), perToken: inputsFor(batch, 410) };
    const before = await executor.forwardBackward(step);
    expect(before).toEqual(await plain.forwardBackward(step));
    expect(gradients).toEqual(plain.gradients);
    own.forEach((x, index) => (own[index] = x - 0.01 * gradients[index]!));
    const after = await executor.forwardBackward(step);
    expect(after.loss).toBeLessThan(before.loss);
  });

  test.each([
    ["parameters that are too few", new Float32Array(table.size - 1), new Float32Array(table.size)],
    ["gradients that are too few", new Float32Array(table.size), new Float32Array(table.size - 1)],
  ])("refuses %s", async (_, own, gradients) => {
    const options = { architecture: SMALL, tokens: TOKENS, parameters: own, gradients };
    await expect(createExecutor(options)).rejects.toMatchObject({ code: "bad-option" });
  });

  test("refuses parameters and gradients that overlap", async () => {
    const options = { architecture: SMALL, tokens: TOKENS, parameters, gradients: parameters };
    await expect(createExecutor(options)).rejects.toMatchObject({ code: "bad-option" });
  });

  test("a disposed executor refuses work", async () => {
    const executor = await createExecutor({ architecture: SMALL, tokens: TOKENS, parameters });
    const running = executor.forward(sequences(1, 4, 1));
    await executor[Symbol.asyncDispose]();
    await expect(running).resolves.toHaveProperty("logprobs");
    await expect(executor.forward(sequences(1, 4, 1))).rejects.toMatchObject({ code: "closed" });
    await executor[Symbol.asyncDispose]();
  });
});

describe("learning", () => {
  test("plain gradient descent learns to copy", async () => {
    const own = someParameters(SMALL, 5).map((x) => 0.3 * x);
    for (const { init, offset, size } of table.slots) if (init === "ones") own.fill(1, offset, offset + size);
    await using executor = await createExecutor({ architecture: SMALL, tokens: TOKENS, parameters: own });
    const tokens = someIds(8 * 16, TOKENS, 6);
    const weights = new Float32Array(128).fill(1 / 128);
    const step = { batch: 8, length: 16, tokens, targets: tokens, loss: crossEntropy(), perToken: { weights } };
    const losses: number[] = [];
    for (let round = 0; round < 60; round++) {
      losses.push((await executor.forwardBackward(step)).loss);
      own.forEach((x, index) => (own[index] = x - 0.5 * executor.gradients[index]!));
    }
    expect(losses[0]).toBeGreaterThan(2.5);
    expect(losses.at(-1)).toBeLessThan(0.1);
  });
});

describe("the WebAssembly runtime", () => {
  test("gives the numbers of the native one", async () => {
    await using native = await createExecutor({
      architecture: SMALL,
      tokens: TOKENS,
      parameters,
      backend: "onnxruntime-node",
    });
    await using web = await createExecutor({
      architecture: SMALL,
      tokens: TOKENS,
      parameters,
      backend: "onnxruntime-web",
    });
    expect(web.backend).toBe("onnxruntime-web");
    const batch = sequences(5, 9, 500);
    const same = (a: ForwardResult, b: ForwardResult): void => {
      expect(relativeError(a.logprobs, b.logprobs)).toBeLessThan(1e-6);
      expect(relativeError(a.entropy, b.entropy)).toBeLessThan(1e-6);
      expect(relativeError(a.values, b.values)).toBeLessThan(1e-6);
    };
    same(await web.forward(batch), await native.forward(batch));
    for (const loss of [crossEntropy(), ppo(), valueLoss()]) {
      const step = { ...batch, loss, perToken: inputsFor(batch, 510) };
      const [a, b] = [await web.forwardBackward(step), await native.forwardBackward(step)];
      same(a, b);
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5 * (1 + Math.abs(b.loss)));
      for (const { name } of table.slots) {
        expect(relativeError(slotOf(web.gradients, name), slotOf(native.gradients, name)), name).toBeLessThan(5e-6);
      }
    }
    // Adding up goes another way there: outputs are copied.
    const step = { ...batch, loss: ppo(), perToken: inputsFor(batch, 510) };
    await web.forwardBackward(step);
    const once = slotOf(web.gradients, "embedding").slice();
    await web.forwardBackward({ ...step, accumulate: true });
    expect(slotOf(web.gradients, "embedding")).toEqual(once.map((x) => 2 * x));
  });
});

function span(name: string): [number, number] {
  const { offset, size } = table.slots.find((slot) => slot.name === name)!;
  return [offset, offset + size];
}
