import type { EpisodeSummary } from "@gem-ts/core";
import { z } from "zod";
import { type TrainingConfig, trainingConfigSchema } from "../config.ts";
import type { EvaluationRecord, IterationMetrics, TrainingTotals } from "../metrics.ts";

/** What `config.json` holds. */
export interface RunRecord {
  readonly version: 1;
  /** Name of the model. */
  readonly model: string;
  readonly config: TrainingConfig;
}

/** A record in `config.json`. */
export const runRecordSchema: z.ZodType<RunRecord> = z.object({
  version: z.literal(1),
  model: z.string(),
  config: trainingConfigSchema,
});

const count = z.int().min(0);
const number = z.number();

/** Counters. */
export const totalsSchema: z.ZodType<TrainingTotals> = z.object({ episodes: count, transitions: count, tokens: count });

/** A line of `metrics.jsonl`. */
export const iterationMetricsSchema: z.ZodType<IterationMetrics> = z.looseObject({
  iteration: z.int().min(1),
  episodes: count,
  failed: count,
  truncated: count,
  success: number,
  turns: number,
  return: number,
  transitions: count,
  loss: number,
  entropy: number,
  kl: number,
  clipFraction: number,
  ratio: number,
  gradientNorm: number,
  samplerGap: number,
  tokens: count,
  total: totalsSchema,
  time: z.object({ seconds: number, collectSeconds: number, updateSeconds: number, tokensPerSecond: number }),
});

const summarySchema: z.ZodType<EpisodeSummary> = z.looseObject({
  episodes: count,
  failed: count,
  success: number,
  successError: number,
  turns: number,
  return: number,
  returnError: number,
});

/** A line of `evaluations.jsonl`. */
export const evaluationRecordSchema: z.ZodType<EvaluationRecord> = z.object({
  iteration: count,
  greedy: summarySchema,
  sampled: summarySchema,
  time: z.object({ seconds: number }),
});
