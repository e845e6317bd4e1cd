import { type Datum, GemError, type Loss } from "@gem-ts/core";
import type { ScoreJob, TrainJob } from "../engine/jobs.ts";

/** What data must fit. */
export interface DataLimits {
  readonly context: number;
  /** Ids of the tokenizer. */
  readonly tokens: number;
}

/** Which arrays of a datum a loss reads, beside tokens and weights. */
const NEEDS: Readonly<Record<Loss["kind"], readonly ("advantages" | "logprobs" | "returns")[]>> = {
  "cross-entropy": [],
  "importance-sampling": ["advantages", "logprobs"],
  ppo: ["advantages", "logprobs"],
  cispo: ["advantages", "logprobs"],
  value: ["returns"],
};

/** @throws GemError `bad-option` that names the datum and what is wrong with it. */
export function checkData(data: readonly Datum[], loss: Loss, limits: DataLimits): void {
  const needs = NEEDS[loss.kind];
  if (needs === undefined)
    throw new GemError("bad-option", `unknown loss ${JSON.stringify(loss.kind)}`, {
      hint: `There are ${Object.keys(NEEDS).join(", ")}.`,
    });
  if (loss.kind === "ppo" && !(loss.clipLow >= 0 && loss.clipHigh >= 0))
    throw new GemError(
      "bad-option",
      `clipLow and clipHigh must be at least 0, got ${loss.clipLow} and ${loss.clipHigh}`,
    );
  if (loss.kind === "cispo" && !(loss.clipHigh >= 0))
    throw new GemError("bad-option", `clipHigh must be at least 0, got ${loss.clipHigh}`);
  data.forEach((datum, index) => {
    const { tokens, weights } = datum;
    const bad = (what: string): GemError => new GemError("bad-option", `datum ${index}: ${what}`);
    checkTokens(tokens, limits, bad);
    if (weights.length !== tokens.length) throw bad(`${weights.length} weights for ${tokens.length} tokens`);
    for (const name of needs) {
      const length = datum[name]?.length;
      if (length === undefined) throw bad(`the loss ${loss.kind} needs ${name}`);
      if (length !== tokens.length) throw bad(`${length} ${name} for ${tokens.length} tokens`);
    }
    for (let i = 1; i < tokens.length; i++) {
      const weight = weights[i]!;
      if (!Number.isFinite(weight)) throw bad(`weights[${i}] is ${weight}`);
      if (weight === 0) continue;
      for (const name of needs) if (!Number.isFinite(datum[name]![i])) throw bad(`${name}[${i}] is ${datum[name]![i]}`);
    }
  });
}

/** @throws GemError `bad-option` that names the sequence and what is wrong with it. */
export function checkSequences(sequences: readonly ArrayLike<number>[], limits: DataLimits): void {
  sequences.forEach((sequence, index) =>
    checkTokens(sequence, limits, (what) => new GemError("bad-option", `sequence ${index}: ${what}`)),
  );
}

function checkTokens(tokens: ArrayLike<number>, limits: DataLimits, bad: (what: string) => GemError): void {
  if (tokens.length > limits.context) throw bad(`${tokens.length} tokens, and the context holds ${limits.context}`);
  for (let i = 0; i < tokens.length; i++) {
    const id = tokens[i]!;
    if (!(Number.isInteger(id) && id >= 0 && id < limits.tokens))
      throw bad(`token ids are 0 to ${limits.tokens - 1}, tokens[${i}] is ${id}`);
  }
}

/** Some of the data as a job for one engine. */
export function trainJob(data: readonly Datum[], chosen: readonly number[], loss: Loss, accumulate: boolean): TrainJob {
  const lengths = Int32Array.from(chosen, (index) => data[index]!.tokens.length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const needs = NEEDS[loss.kind];
  const column = (read: (datum: Datum) => ArrayLike<number>): Float32Array =>
    concatenate(
      chosen.map((index) => read(data[index]!)),
      new Float32Array(total),
    );
  const optional = (name: "advantages" | "logprobs" | "returns"): Float32Array | undefined =>
    needs.includes(name) ? column((datum) => datum[name]!) : undefined;
  return {
    loss,
    lengths,
    tokens: concatenate(
      chosen.map((index) => data[index]!.tokens),
      new Int32Array(total),
    ),
    weights: column((datum) => datum.weights),
    advantages: optional("advantages"),
    logprobs: optional("logprobs"),
    returns: optional("returns"),
    accumulate,
  };
}

/** Some of the sequences as a job for one engine. */
export function scoreJob(
  sequences: readonly ArrayLike<number>[],
  chosen: readonly number[],
  what: ScoreJob["what"],
): ScoreJob {
  const lengths = Int32Array.from(chosen, (index) => sequences[index]!.length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return {
    what,
    lengths,
    tokens: concatenate(
      chosen.map((index) => sequences[index]!),
      new Int32Array(total),
    ),
  };
}

function concatenate<Data extends Float32Array | Int32Array>(parts: readonly ArrayLike<number>[], into: Data): Data {
  let at = 0;
  for (const part of parts) {
    into.set(part, at);
    at += part.length;
  }
  return into;
}
