export {
  type Backend,
  type BackendName,
  type GraphSession,
  loadBackend,
  type LoadBackendOptions,
  type SessionOptions,
  type TensorView,
  type WebRuntime,
} from "./backend.ts";
export type { ForwardResult, SequenceBatch, TrainingBatch, TrainingResult } from "./batch.ts";
export { differentiate } from "./differentiate.ts";
export { createExecutor, type Executor, type ExecutorEvent, type ExecutorOptions, TOKENS_PER_RUN } from "./executor.ts";
export { type EncodedGraph, type EmitOptions, type GradientRule, GraphBuilder, type Value } from "./graph-builder.ts";
export { cispo } from "./losses/cispo.ts";
export { combinedLoss, type LossTerm } from "./losses/combined.ts";
export { crossEntropy } from "./losses/cross-entropy.ts";
export { entropyBonus } from "./losses/entropy.ts";
export { importanceSampling } from "./losses/importance-sampling.ts";
export { LOG_RATIO_BOUND, type LossContext, type LossInputNames, type LossPiece } from "./losses/loss-piece.ts";
export { ppo } from "./losses/ppo.ts";
export { valueLoss, type ValueLossOptions } from "./losses/value.ts";
export { buildForwardGraph, buildTrainingGraph, type ForwardGraph, type TrainingGraph } from "./training-graph.ts";
export { type Transformer, transformer, type TransformerOptions } from "./transformer.ts";
