import { createExecutor } from "../graph/executor.ts";
import { Decoder } from "../kernels/decoder.ts";
import { instantiateKernels } from "../kernels/kernels.ts";
import type { WebAssemblyMemory } from "../kernels/web-assembly.ts";
import { macrotask } from "../macrotask.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { decoderSize, modelBuffers, type ModelSize } from "./model-memory.ts";
import { Sampler } from "./sampler.ts";
import { score, train } from "./trainer.ts";

/** Steps of a decode loop after which other events of the thread get their turn: a few tens of milliseconds. */
const STEPS_PER_SLICE = 32;

/** An engine in the calling thread, over its part of the model's memory. */
export async function createLocalEngine(
  memory: WebAssemblyMemory,
  size: ModelSize,
  options: EngineOptions,
): Promise<Engine> {
  const { index, backend, build } = options;
  const { architecture, tokens } = size;
  const buffers = modelBuffers(memory, size);
  const kernels = instantiateKernels({ memory, build });
  const decoder = new Decoder({ ...decoderSize(size), tokens, kernels, arena: buffers.decoders[index]! });
  const sampler = new Sampler(decoder, buffers.parameters);
  const executor = await createExecutor({
    architecture,
    tokens,
    parameters: buffers.parameters,
    gradients: buffers.gradients[index]!,
    ...(backend === undefined ? {} : { backend }),
  });
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  return {
    backend: executor.backend,
    fallbackReason: executor.fallbackReason,
    kernels: kernels.build,
    sample: (job) =>
      inOrder(async () => {
        const run = sampler.run(job);
        for (let step = 1; ; step++) {
          const next = run.next();
          if (next.done === true) return next.value;
          if (step % STEPS_PER_SLICE === 0) await macrotask();
        }
      }),
    train: (job) => inOrder(() => train(executor, architecture.context, job)),
    score: (job) => inOrder(() => score(executor, architecture.context, job)),
    close: async () => {
      await last;
      await executor[Symbol.asyncDispose]();
    },
  };
}
