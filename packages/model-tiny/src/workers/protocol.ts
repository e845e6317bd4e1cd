import type { GemErrorCode } from "@gem-ts/core";
import type { EngineOptions } from "../engine/engine.ts";
import type { SampleJob, SampleJobResult, ScoreJob, ScoreJobResult, TrainJob, TrainJobResult } from "../engine/jobs.ts";
import type { ModelSize } from "../engine/model-memory.ts";
import type { BackendName } from "../graph/backend.ts";
import type { KernelBuild } from "../kernels/kernel-build.ts";
import type { WebAssemblyMemory } from "../kernels/web-assembly.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly memory: WebAssemblyMemory;
  readonly size: ModelSize;
  readonly options: EngineOptions;
}

/** What a worker is asked for. */
export type WorkerRequest =
  | { readonly id: number; readonly kind: "sample"; readonly job: SampleJob }
  | { readonly id: number; readonly kind: "train"; readonly job: TrainJob }
  | { readonly id: number; readonly kind: "score"; readonly job: ScoreJob }
  | { readonly id: number; readonly kind: "close" };

/** An error on its way between threads. */
export interface WorkerFailure {
  readonly code: GemErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What a worker reports about itself once it can work. */
export interface WorkerReady {
  readonly backend: BackendName;
  readonly fallbackReason: string | undefined;
  readonly kernels: KernelBuild;
}

/** What a worker answers; `id` 0 is its start. */
export type WorkerReply =
  | { readonly id: 0; readonly ready: WorkerReady }
  | { readonly id: number; readonly result: SampleJobResult | TrainJobResult | ScoreJobResult | undefined }
  | { readonly id: number; readonly failure: WorkerFailure };

/** The buffers of a job or result that can change hands. Shared memory stays shared. */
export function transferables(data: object | undefined): ArrayBuffer[] {
  const found: ArrayBuffer[] = [];
  for (const value of Object.values(data ?? {})) {
    if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer) found.push(value.buffer);
  }
  return found;
}
