import { Worker } from "node:worker_threads";
import { GemError, type GemErrorCode, messageOf } from "@gem-ts/core";
import type { Engine, EngineOptions } from "../engine/engine.ts";
import type { SampleJobResult, ScoreJobResult, TrainJobResult } from "../engine/jobs.ts";
import type { ModelSize } from "../engine/model-memory.ts";
import type { WebAssemblyMemory } from "../kernels/web-assembly.ts";
import { transferables, type WorkerReady, type WorkerReply, type WorkerRequest, type WorkerStart } from "./protocol.ts";

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: GemError) => void;
}

/**
 * An engine in a worker thread. The thread keeps the process alive only while somebody waits for it.
 * @throws GemError what the engine throws at its start, or `peer-failed` when the thread dies.
 */
export async function createWorkerEngine(
  memory: WebAssemblyMemory,
  size: ModelSize,
  options: EngineOptions,
): Promise<Engine> {
  // From source the entry is TypeScript, which Node strips; from dist it is JavaScript.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const start: WorkerStart = { memory, size, options };
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
    workerData: start,
    name: `gem-ts model ${options.index}`,
  });
  const waiting = new Map<number, Waiting>();
  const name = `worker ${options.index + 1} of ${size.engines} of the model`;
  let failure: GemError | undefined;
  let closing = false;
  let lastId = 0;

  const settled = (id: number): Waiting | undefined => {
    const found = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    return found;
  };
  const fail = (error: GemError): void => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };

  const ready = new Promise<WorkerReady>((resolve, reject) => waiting.set(0, { resolve, reject }));
  worker.on("message", (reply: WorkerReply) => {
    if ("ready" in reply) settled(0)?.resolve(reply.ready as never);
    else if ("failure" in reply) settled(reply.id)?.reject(errorOf(reply.failure));
    else settled(reply.id)?.resolve(reply.result as never);
  });
  worker.on("messageerror", (error) => fail(dead(name, `sent what cannot be read: ${messageOf(error)}`, error)));
  worker.on("error", (error) => fail(dead(name, `died: ${messageOf(error)}`, error)));
  const exited = new Promise<void>((resolve) => {
    worker.on("exit", (code) => {
      if (!closing || waiting.size > 0) fail(dead(name, `died with exit code ${code}`));
      resolve();
    });
  });

  const ask = <Result>(request: Omit<WorkerRequest, "id"> & { readonly job?: object }): Promise<Result> => {
    if (failure !== undefined) return Promise.reject(failure);
    const id = ++lastId;
    return new Promise<Result>((resolve, reject) => {
      if (waiting.size === 0) worker.ref();
      waiting.set(id, { resolve: resolve as (result: never) => void, reject });
      worker.postMessage({ ...request, id }, transferables(request.job));
    });
  };

  let about: WorkerReady;
  try {
    about = await ready;
  } catch (error) {
    closing = true;
    await worker.terminate();
    throw error;
  }
  return {
    backend: about.backend,
    fallbackReason: about.fallbackReason,
    kernels: about.kernels,
    sample: (job) => ask<SampleJobResult>({ kind: "sample", job }),
    train: (job) => ask<TrainJobResult>({ kind: "train", job }),
    score: (job) => ask<ScoreJobResult>({ kind: "score", job }),
    close: async () => {
      closing = true;
      if (failure === undefined) {
        worker.ref();
        await ask<undefined>({ kind: "close" }).catch(() => {});
      }
      failure ??= new GemError("closed", `${name} was closed`);
      // What did not end by itself is ended; after a proper goodbye this only waits.
      await worker.terminate();
      await exited;
    },
  };
}

function errorOf({
  code,
  message,
  hint,
}: {
  readonly code: GemErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}): GemError {
  return new GemError(code, message, hint === undefined ? {} : { hint });
}

function dead(name: string, what: string, cause?: unknown): GemError {
  return new GemError("peer-failed", `${name} ${what}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: "Make a new model and load the last checkpoint.",
  });
}
