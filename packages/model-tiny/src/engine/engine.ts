import type { BackendName } from "../graph/backend.ts";
import type { KernelBuild } from "../kernels/kernel-build.ts";
import type { SampleJob, SampleJobResult, ScoreJob, ScoreJobResult, TrainJob, TrainJobResult } from "./jobs.ts";

/** What runs the network: in the calling thread, or in a worker behind the same interface. Jobs run one after another. */
export interface Engine {
  readonly backend: BackendName;
  /** Why the native runtime was passed over, where it was. */
  readonly fallbackReason: string | undefined;
  readonly kernels: KernelBuild;
  sample(job: SampleJob): Promise<SampleJobResult>;
  /** Leaves the gradient in the engine's buffer. */
  train(job: TrainJob): Promise<TrainJobResult>;
  score(job: ScoreJob): Promise<ScoreJobResult>;
  /** Waits for what is running, then frees everything. */
  close(): Promise<void>;
}

/** What an engine is made from; crosses to a worker as it is. */
export interface EngineOptions {
  /** Position among the model's engines, from 0. */
  readonly index: number;
  readonly backend: BackendName | undefined;
  readonly build: KernelBuild | "auto";
}
