import { parentPort, workerData } from "node:worker_threads";
import { GemError, messageOf } from "@gem-ts/core";
import type { Engine } from "../engine/engine.ts";
import { createLocalEngine } from "../engine/local-engine.ts";
import {
  transferables,
  type WorkerFailure,
  type WorkerReply,
  type WorkerRequest,
  type WorkerStart,
} from "./protocol.ts";

/** The entry of a worker thread: an engine over the shared memory, driven by messages. */

const port = parentPort;
if (port === null) throw new GemError("wrong-order", "worker.ts is the entry of a worker thread and of nothing else");

const reply = (message: WorkerReply, data?: object): void => port.postMessage(message, transferables(data));

const failureOf = (error: unknown): WorkerFailure =>
  GemError.isInstance(error)
    ? { code: error.code, message: error.message, hint: error.hint }
    : { code: "peer-failed", message: `a worker of the model failed: ${messageOf(error)}` };

const answer = async (engine: Engine, request: WorkerRequest): Promise<void> => {
  try {
    switch (request.kind) {
      case "sample": {
        const result = await engine.sample(request.job);
        return reply({ id: request.id, result }, result);
      }
      case "train": {
        const result = await engine.train(request.job);
        return reply({ id: request.id, result }, result);
      }
      case "score": {
        const result = await engine.score(request.job);
        return reply({ id: request.id, result }, result);
      }
      case "close": {
        await engine.close();
        reply({ id: request.id, result: undefined });
        return port.close();
      }
    }
  } catch (error) {
    reply({ id: request.id, failure: failureOf(error) });
  }
};

const { memory, size, options } = workerData as WorkerStart;
try {
  const engine = await createLocalEngine(memory, size, options);
  // The engine queues: messages may come faster than it works.
  port.on("message", (request: WorkerRequest) => void answer(engine, request));
  reply({ id: 0, ready: { backend: engine.backend, fallbackReason: engine.fallbackReason, kernels: engine.kernels } });
} catch (error) {
  reply({ id: 0, failure: failureOf(error) });
}
