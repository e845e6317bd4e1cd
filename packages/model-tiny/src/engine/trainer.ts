import { type Executor, TOKENS_PER_RUN } from "../graph/executor.ts";
import type { ScoreJob, ScoreJobResult, TrainJob, TrainJobResult } from "./jobs.ts";
import { type LengthBucket, lengthBuckets } from "./length-buckets.ts";
import { lossFeed } from "./loss-piece.ts";

/** Learns from a job, bucket by bucket; the executor's gradient buffer gathers the sum. */
export async function train(executor: Executor, context: number, job: TrainJob): Promise<TrainJobResult> {
  const { piece, scalars } = lossFeed(job.loss);
  const starts = startsOf(job.lengths);
  const logprobs = new Float32Array(job.tokens.length);
  const entropy = new Float32Array(job.tokens.length);
  let loss = 0;
  let accumulate = job.accumulate;
  // The last token of a sequence is a target only.
  for (const bucket of lengthBuckets(
    job.lengths.map((length) => length - 1),
    TOKENS_PER_RUN,
    context,
  )) {
    const targets = (data: Float32Array): Float32Array =>
      gather(bucket, starts, job.lengths, data, 1, new Float32Array(bucket.sequences.length * bucket.length));
    const perToken: Record<string, Float32Array> = { weights: targets(job.weights) };
    if (job.advantages !== undefined) perToken["advantages"] = targets(job.advantages);
    if (job.logprobs !== undefined) perToken["oldLogprobs"] = targets(job.logprobs);
    if (job.returns !== undefined) perToken["returns"] = targets(job.returns);
    const result = await executor.forwardBackward({
      ...sequenceBatch(bucket, starts, job.lengths, job.tokens),
      loss: piece,
      perToken,
      scalars,
      accumulate,
    });
    accumulate = true;
    loss += result.loss;
    scatter(bucket, starts, job.lengths, result.logprobs, logprobs);
    scatter(bucket, starts, job.lengths, result.entropy, entropy);
  }
  return { loss, logprobs, entropy };
}

/** Log-probabilities or values of a job's sequences. */
export async function score(executor: Executor, context: number, job: ScoreJob): Promise<ScoreJobResult> {
  const starts = startsOf(job.lengths);
  if (job.what === "logprobs") {
    const scores = new Float32Array(job.tokens.length);
    for (const bucket of lengthBuckets(
      job.lengths.map((length) => length - 1),
      TOKENS_PER_RUN,
      context,
    )) {
      const result = await executor.forward(sequenceBatch(bucket, starts, job.lengths, job.tokens));
      scatter(bucket, starts, job.lengths, result.logprobs, scores);
    }
    return { scores };
  }
  // One number more a sequence: the value after its last token.
  const scores = new Float32Array(job.tokens.length + job.lengths.length);
  for (const bucket of lengthBuckets(job.lengths, TOKENS_PER_RUN, context)) {
    const result = await executor.forward(sequenceBatch(bucket, starts, job.lengths, job.tokens));
    bucket.sequences.forEach((sequence, row) => {
      const length = job.lengths[sequence]!;
      const from = row * bucket.length;
      scores.set(result.values.subarray(from, from + length), starts[sequence]! + sequence + 1);
    });
  }
  return { scores };
}

/** A bucket's inputs and targets, `[rows, length]`; where rows end early, padding. */
function sequenceBatch(bucket: LengthBucket, starts: Int32Array, lengths: Int32Array, data: Int32Array) {
  const batch = bucket.sequences.length;
  const { length } = bucket;
  const tokens = gather(bucket, starts, lengths, data, 0, new Int32Array(batch * length));
  const targets = gather(bucket, starts, lengths, data, 1, new Int32Array(batch * length));
  return { batch, length, tokens, targets };
}

/** Puts each sequence, from its token `skip` on and as far as the row goes, into a row of `into`. */
function gather<Data extends Int32Array | Float32Array>(
  bucket: LengthBucket,
  starts: Int32Array,
  lengths: Int32Array,
  data: Data,
  skip: number,
  into: Data,
): Data {
  bucket.sequences.forEach((sequence, row) => {
    const begin = starts[sequence]! + skip;
    const count = Math.min(lengths[sequence]! - skip, bucket.length);
    (into as Float32Array).set(data.subarray(begin, begin + count), row * bucket.length);
  });
  return into;
}

/** Puts each row's results, one a target, back behind the first token of its sequence. */
function scatter(
  bucket: LengthBucket,
  starts: Int32Array,
  lengths: Int32Array,
  results: Float32Array,
  into: Float32Array,
): void {
  bucket.sequences.forEach((sequence, row) => {
    const from = row * bucket.length;
    into.set(results.subarray(from, from + lengths[sequence]! - 1), starts[sequence]! + 1);
  });
}

function startsOf(lengths: Int32Array): Int32Array {
  const starts = new Int32Array(lengths.length);
  for (let i = 1; i < lengths.length; i++) starts[i] = starts[i - 1]! + lengths[i - 1]!;
  return starts;
}
