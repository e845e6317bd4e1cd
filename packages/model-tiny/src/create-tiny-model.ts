import { createRng, GemError, type Seed } from "@gem-ts/core";
import { type Architecture, parameterTable } from "./architecture.ts";
import { architectureFault, type ArchitectureSizes, completeArchitecture } from "./check-architecture.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import type { Engine, EngineOptions } from "./engine/engine.ts";
import { createLocalEngine } from "./engine/local-engine.ts";
import { createModelMemory, modelBuffers, type ModelSize } from "./engine/model-memory.ts";
import type { BackendName } from "./graph/backend.ts";
import type { KernelBuild } from "./kernels/kernel-build.ts";
import { instantiateKernels } from "./kernels/kernels.ts";
import type { WebAssemblyMemory } from "./kernels/web-assembly.ts";
import { TinyModel } from "./model/tiny-model.ts";
import type { Tokenizer } from "./tokenizer/tokenizer.ts";

/** How a model runs, whatever its weights. */
export interface RunOptions {
  /** Name of the model and of its policies; `tiny` by default. */
  readonly name?: string;
  /**
   * Worker threads. 0, the default, computes in the calling thread, which then does nothing else meanwhile. More than
   * the machine has cores is no use.
   */
  readonly workers?: number;
  /** Conversations that each worker (or the calling thread) keeps in its cache and decodes at once; 64 by default. */
  readonly rows?: number;
  /** Runtime of the training graphs; by default native code, and WebAssembly where that is not installed. */
  readonly backend?: BackendName;
  /** Build of the sampling kernels; `auto` by default. `plain` gives the same bits on every machine. */
  readonly kernels?: KernelBuild | "auto";
  /** Told what a person should know; also in `info.notices`. */
  readonly onNotice?: (notice: string) => void;
}

/** Options of {@link createTinyModel}. */
export interface CreateTinyModelOptions extends RunOptions {
  readonly architecture: ArchitectureSizes;
  readonly tokenizer: Tokenizer;
  /** Of the first weights. */
  readonly seed: Seed;
}

/**
 * A model with fresh weights.
 * @throws GemError `bad-option` or `bad-config` for sizes that cannot be; `unsupported` when no runtime loads.
 */
export async function createTinyModel(options: CreateTinyModelOptions): Promise<TinyModel> {
  const { tokenizer, seed } = options;
  const architecture = completeArchitecture(options.architecture, tokenizer.size);
  const fault = architectureFault(architecture, tokenizer.size);
  if (fault !== undefined) throw new GemError("bad-config", `this network cannot be made: ${fault}`);
  return startModel({ architecture, tokenizer, parameters: freshParameters(architecture, seed) }, options);
}

/** A model with the weights of a checkpoint, and its optimiser's state where it has one. */
export async function startModel(checkpoint: Checkpoint, options: RunOptions): Promise<TinyModel> {
  const { name = "tiny", workers = 0, rows = 64, backend, kernels: build = "auto", onNotice } = options;
  if (!(Number.isInteger(workers) && workers >= 0 && workers <= 64))
    throw new GemError("bad-option", `workers must be a whole number from 0 to 64, got ${workers}`);
  if (!(Number.isInteger(rows) && rows >= 1 && rows <= 4096))
    throw new GemError("bad-option", `rows must be a whole number from 1 to 4096, got ${rows}`);
  const { architecture, tokenizer } = checkpoint;
  const engineCount = Math.max(1, workers);
  const size: ModelSize = { architecture, tokens: tokenizer.size, engines: engineCount, rows };
  const memory = createModelMemory(size, workers > 0);
  const engines = await startEngines(memory, size, workers > 0, { backend, build });
  const { fallbackReason } = engines[0]!;
  const notices =
    fallbackReason === undefined
      ? []
      : [
          `onnxruntime-node did not load, so training runs on WebAssembly, some three times slower (${fallbackReason.split("\n", 1)[0]})`,
        ];
  for (const notice of notices) onNotice?.(notice);
  return new TinyModel({
    name,
    checkpoint,
    engines,
    kernels: instantiateKernels({ memory, build }),
    buffers: modelBuffers(memory, size),
    rows,
    info: {
      parameters: parameterTable(architecture).slots.reduce((sum, slot) => sum + slot.size, 0),
      workers,
      backend: engines[0]!.backend,
      kernels: engines[0]!.kernels,
      notices,
    },
  });
}

/** All engines, or none: when one does not start, the others are closed. */
async function startEngines(
  memory: WebAssemblyMemory,
  size: ModelSize,
  inWorkers: boolean,
  options: Omit<EngineOptions, "index">,
): Promise<Engine[]> {
  if (!inWorkers) return [await createLocalEngine(memory, size, { ...options, index: 0 })];
  // Loaded here only: the calling thread alone works in a browser, too.
  const { createWorkerEngine } = await import("./workers/worker-engine.ts");
  const started = await Promise.allSettled(
    Array.from({ length: size.engines }, (_, index) => createWorkerEngine(memory, size, { ...options, index })),
  );
  const failed = started.find((result) => result.status === "rejected");
  const engines = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (failed === undefined) return engines;
  await Promise.all(engines.map((engine) => engine.close()));
  throw failed.reason;
}

/** Fresh weights: each tensor from a stream of its own, by its name. */
function freshParameters(architecture: Architecture, seed: Seed): Float32Array {
  const table = parameterTable(architecture);
  const parameters = new Float32Array(table.size);
  const rng = createRng(seed).split("parameters");
  for (const { name, offset, size, init } of table.slots) {
    if (init === "ones") {
      parameters.fill(1, offset, offset + size);
    } else if (init > 0) {
      const stream = rng.split(name);
      for (let i = offset; i < offset + size; i++) parameters[i] = init * stream.normal();
    }
  }
  return parameters;
}
