import { execFile } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { GemError } from "@gem-ts/core";
import { describe, expect, test } from "vitest";
import { loadBackend } from "../src/graph/backend.ts";
import type { TinyModel } from "../src/index.ts";
import { randomData, randomIds, smallModel } from "./support/small-model.ts";

const script = (name: string): string => fileURLToPath(new URL(`./support/${name}`, import.meta.url));
const run = promisify(execFile);

/** A model with two workers, and its threads. */
async function modelAndThreads(): Promise<{ readonly model: TinyModel; readonly threads: readonly Worker[] }> {
  const threads: Worker[] = [];
  const onWorker = (worker: Worker): void => void threads.push(worker);
  process.on("worker", onWorker);
  try {
    return { model: await smallModel({ workers: 2 }), threads };
  } finally {
    process.off("worker", onWorker);
  }
}

describe("a worker that dies", () => {
  test("fails the calls that wait for it and all later ones, with a clear error", async () => {
    const { model, threads } = await modelAndThreads();
    expect(threads).toHaveLength(2);
    const outcomes = async (calls: readonly Promise<unknown>[]): Promise<unknown[]> =>
      (await Promise.allSettled(calls)).map((result) =>
        result.status === "rejected" && GemError.isInstance(result.reason)
          ? `${result.reason.code}: ${result.reason.message}`
          : result,
      );
    const dead = expect.stringMatching(/^peer-failed: worker 2 of 2 of the model died/);
    const data = randomData(1, 40, 40, 60);
    const training = outcomes([model.forwardBackward(data, { kind: "cross-entropy" })]);
    const sampling = outcomes(
      Array.from({ length: 4 }, (_, seed) =>
        model.sample({ prompt: randomIds(seed, 5), maxTokens: 50, seed, stop: [] }),
      ),
    );
    const gone = once(threads[1]!, "exit");
    await threads[1]!.terminate();
    await gone;
    expect(await training).toEqual([dead]);
    expect((await sampling).filter((outcome) => typeof outcome === "string")).toEqual([dead, dead]);
    expect(
      await outcomes([
        model.forwardBackward(data, { kind: "cross-entropy" }),
        model.logprobs([randomIds(1, 9), randomIds(2, 9)]),
      ]),
    ).toEqual([dead, dead]);
    // Half a gradient is none.
    await expect(model.optimStep({ learningRate: 1e-3 })).rejects.toThrow("there is no gradient");
    await model[Symbol.asyncDispose]();
  });

  test("at its start fails the making of the model", async () => {
    const onWorker = (worker: Worker): void => void worker.terminate();
    process.on("worker", onWorker);
    try {
      await expect(smallModel({ workers: 1 })).rejects.toSatisfy(
        (error) => GemError.isInstance(error) && error.code === "peer-failed",
      );
    } finally {
      process.off("worker", onWorker);
    }
  });
});

describe("disposal", () => {
  test.each([0, 2])("lets running calls end and refuses the others, with %i workers", async (workers) => {
    const model = await smallModel({ workers });
    const training = model.forwardBackward(randomData(1, 8), { kind: "cross-entropy" });
    const queued = model.sample({ prompt: [7], maxTokens: 4, seed: 1 });
    const outcome = expect(queued).rejects.toThrow("the model tiny was disposed");
    const disposed = model[Symbol.asyncDispose]();
    expect((await training).loss).toBeGreaterThan(0);
    await outcome;
    await disposed;
    for (const call of [
      () => model.sample({ prompt: [7], maxTokens: 4, seed: 1 }),
      () => model.forwardBackward([], { kind: "cross-entropy" }),
      () => model.optimStep({ learningRate: 1 }),
      () => model.logprobs([]),
      () => model.save("/nowhere"),
      () => model.load("/nowhere"),
    ]) {
      await expect(call()).rejects.toSatisfy((error) => GemError.isInstance(error) && error.code === "closed");
    }
  });

  test("leaves nothing that keeps the process alive", async () => {
    expect((await run(process.execPath, [script("exit-by-itself.ts")], { timeout: 15_000 })).stdout).toBe("worked\n");
  });

  test("if forgotten, does not keep the process alive either", async () => {
    expect((await run(process.execPath, [script("exit-by-itself.ts"), "keep"], { timeout: 15_000 })).stdout).toBe(
      "worked\n",
    );
  });
});

describe("without onnxruntime-node", () => {
  test("training runs on WebAssembly, and the model says so", async () => {
    const { stdout, stderr } = await run(process.execPath, [script("without-native-runtime.ts")], { timeout: 20_000 });
    const { told, info, losses } = JSON.parse(stdout);
    expect(info.backend).toBe("onnxruntime-web");
    expect(told).toEqual(info.notices);
    expect(told).toEqual([expect.stringContaining("onnxruntime-node did not load, so training runs on WebAssembly")]);
    expect(losses[2]).toBeLessThan(losses[0]);
    expect(stderr).toBe("");
  });

  test("gradients, log-probabilities and values are those of the native runtime", async () => {
    expect((await loadBackend()).name).toBe("onnxruntime-node");
    const data = randomData(1, 6);
    const sequences = data.map(({ tokens }) => tokens);
    const run = async (backend: "onnxruntime-node" | "onnxruntime-web", workers: number) => {
      await using model = await smallModel({ backend, workers });
      expect(model.info.backend).toBe(backend);
      expect(model.info.notices).toEqual([]);
      const { loss } = await model.forwardBackward(data, { kind: "cross-entropy" });
      const { gradientNorm } = await model.optimStep({ learningRate: 1e-3 });
      return { loss, gradientNorm, scores: await model.logprobs(sequences) };
    };
    const native = await run("onnxruntime-node", 0);
    for (const workers of [0, 2]) {
      const web = await run("onnxruntime-web", workers);
      expect(web.loss).toBeCloseTo(native.loss, 3);
      expect(web.gradientNorm / native.gradientNorm).toBeCloseTo(1, 5);
      web.scores.forEach((scores, index) =>
        scores.forEach((score, place) => expect(Math.abs(score - native.scores[index]![place]!)).toBeLessThan(1e-4)),
      );
    }
  });
});

describe("options that cannot be are refused:", () => {
  test.each([
    [{ workers: -1 }, "workers must be"],
    [{ workers: 1.5 }, "workers must be"],
    [{ rows: 0 }, "rows must be"],
    [{ architecture: { layers: 1, width: 40, heads: 2, context: 64 } }, "width must be a multiple of 32"],
    [{ architecture: { layers: 1, width: 64, heads: 8, context: 64 } }, "width / heads must be a multiple of 16"],
    [{ architecture: { layers: 1, width: 32, heads: 2, context: 60 } }, "context must be a multiple of 16"],
    [{ architecture: { layers: 1, width: 32, heads: 2, context: 64, vocabulary: 96 } }, "vocabulary must be at least"],
    [{ seed: -1 }, "a seed must be"],
  ])("%o", async (options, message) => {
    await expect(smallModel(options)).rejects.toThrow(message);
  });
});
