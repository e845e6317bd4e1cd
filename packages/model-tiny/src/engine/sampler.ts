import { createRng, GemError, type Rng } from "@gem-ts/core";
import type { Decoder } from "../kernels/decoder.ts";
import type { SampleJob, SampleJobResult } from "./jobs.ts";
import { RowCache, WORTH_COPYING } from "./row-cache.ts";

/** One response being made. */
interface Active {
  readonly request: number;
  readonly row: number;
  readonly prompt: Int32Array;
  readonly random: Rng;
  readonly response: Response;
  /** Tokens, prompt and response together, that the row holds or is given in this step. */
  fed: number;
}

interface Response {
  readonly tokens: number[];
  readonly logprobs: number[];
  stopped: boolean;
}

/**
 * Draws responses, many at a time: prompts are fed and responses go on in the same calls of the decoder, and a request
 * that waits for a row starts as soon as another ends. What is drawn for a request depends on its prompt, its options
 * and the parameters alone.
 */
export class Sampler {
  readonly #decoder: Decoder;
  readonly #cache: RowCache;
  readonly #parameters: Float32Array;
  readonly #tokens: Int32Array;
  readonly #rows: Int32Array;
  readonly #wanted: Int32Array;
  #version = -1;

  /** @param parameters Read whenever a job names a new version. */
  constructor(decoder: Decoder, parameters: Float32Array) {
    this.#decoder = decoder;
    this.#cache = new RowCache(decoder);
    this.#parameters = parameters;
    this.#tokens = new Int32Array(decoder.capacity);
    this.#rows = new Int32Array(decoder.capacity);
    this.#wanted = new Int32Array(decoder.wantedCapacity);
  }

  /** Carries out a job; yields after each call of the decoder. A job must end before the next begins. */
  *run(job: SampleJob): Generator<undefined, SampleJobResult, undefined> {
    if (job.version !== this.#version) {
      refuseDiverged(this.#parameters);
      this.#decoder.setParameters(this.#parameters);
      this.#cache.clear();
      this.#version = job.version;
    }
    const responses = Array.from(job.promptLengths, (): Response => ({ tokens: [], logprobs: [], stopped: false }));
    let waiting: number[] = responses.map((_, request) => request);
    let active: Active[] = [];
    const starts = startsOf(job.promptLengths);
    try {
      while (waiting.length > 0 || active.length > 0) {
        waiting = this.#admit(job, waiting, active, starts, responses);
        this.#step(job, active);
        active = active.filter((one) => {
          const goesOn = !ended(job, one);
          if (!goesOn) this.#cache.release(one.row);
          return goesOn;
        });
        yield undefined;
      }
    } finally {
      // After an error, too, no row stays in use.
      for (const { row } of active) this.#cache.release(row);
    }
    return pack(responses);
  }

  /** Gives rows to those who wait, as far as there are rows; returns who still waits. */
  #admit(
    job: SampleJob,
    waiting: readonly number[],
    active: Active[],
    starts: Int32Array,
    responses: readonly Response[],
  ): number[] {
    const left: number[] = [];
    for (const request of waiting) {
      if (isCancelled(job, request)) continue;
      const begin = starts[request]!;
      const prompt = job.prompts.subarray(begin, begin + job.promptLengths[request]!);
      const conversation = job.conversations[request]!;
      const plan = this.#cache.plan(conversation, prompt);
      // A prompt that begins like one that is being fed right now waits for it, and copies what they share.
      if (plan === undefined || (!plan.continues && isAnnounced(prompt, plan.reused + WORTH_COPYING, active))) {
        left.push(request);
        continue;
      }
      this.#cache.take(plan, conversation);
      active.push({
        request,
        row: plan.row,
        prompt,
        random: createRng(job.seeds[request]!),
        response: responses[request]!,
        fed: plan.reused,
      });
    }
    return left;
  }

  /** One call of the decoder for all active requests, and one draw for each whose prompt is in. */
  #step(job: SampleJob, active: readonly Active[]): void {
    const decoder = this.#decoder;
    let count = 0;
    let wanted = 0;
    const drawing: Active[] = [];
    // Requests whose prompt is in take one place each; what remains is for prompts, in order.
    let room = decoder.capacity;
    for (const { fed, prompt } of active) if (fed >= prompt.length) room--;
    for (const one of active) {
      const { prompt, row, response } = one;
      let end: number;
      if (one.fed >= prompt.length) {
        end = one.fed + 1;
      } else {
        end = Math.min(prompt.length, one.fed + room);
        room -= end - one.fed;
      }
      for (let position = one.fed; position < end; position++) {
        const id = position < prompt.length ? prompt[position]! : response.tokens[position - prompt.length]!;
        this.#tokens[count] = id;
        this.#rows[count++] = row;
        this.#cache.note(row, position, id);
      }
      one.fed = end;
      if (end < prompt.length) continue;
      this.#wanted[wanted++] = count - 1;
      drawing.push(one);
    }
    if (count === 0) return;
    decoder.forward({
      tokens: this.#tokens.subarray(0, count),
      rows: this.#rows.subarray(0, count),
      wanted: this.#wanted.subarray(0, wanted),
    });
    for (let index = 0; index < drawing.length; index++) {
      const { request, random, response } = drawing[index]!;
      const temperature = job.temperatures[request]!;
      const topP = job.topPs[request]!;
      const draw = decoder.sample({ index, uniform: temperature === 0 ? 0 : random.float(), temperature, topP });
      response.tokens.push(draw.token);
      // At temperature 1 the two are one number; take the one that is computed as training computes it.
      response.logprobs.push(temperature === 1 && topP === 1 ? draw.logprob : draw.behaviourLogprob);
      response.stopped = job.stops[request]!.includes(draw.token);
    }
  }
}

/** The kernels must not meet numbers that are none: draws from them would be no draws. */
function refuseDiverged(parameters: Float32Array): void {
  for (let i = 0; i < parameters.length; i++) {
    if (Number.isFinite(parameters[i])) continue;
    throw new GemError("unsupported", "the weights have diverged: some are not finite", {
      hint: "Load an earlier checkpoint.",
    });
  }
}

function ended(job: SampleJob, { request, response }: Active): boolean {
  return response.stopped || response.tokens.length >= job.maxTokens[request]! || isCancelled(job, request);
}

function isCancelled(job: SampleJob, request: number): boolean {
  return job.cancelled !== undefined && Atomics.load(job.cancelled, request) !== 0;
}

/** Whether the first `length` tokens of `prompt` also begin a prompt that is still being fed. */
function isAnnounced(prompt: Int32Array, length: number, active: readonly Active[]): boolean {
  if (prompt.length <= length) return false;
  return active.some(
    (one) => one.fed < one.prompt.length && one.prompt.length >= length && beginsAlike(prompt, one.prompt, length),
  );
}

function beginsAlike(a: Int32Array, b: Int32Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function startsOf(lengths: Int32Array): Int32Array {
  const starts = new Int32Array(lengths.length);
  for (let i = 1; i < lengths.length; i++) starts[i] = starts[i - 1]! + lengths[i - 1]!;
  return starts;
}

function pack(responses: readonly Response[]): SampleJobResult {
  const total = responses.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const tokens = new Int32Array(total);
  const logprobs = new Float64Array(total);
  const lengths = new Int32Array(responses.length);
  const stopped = new Uint8Array(responses.length);
  let at = 0;
  responses.forEach((response, request) => {
    tokens.set(response.tokens, at);
    logprobs.set(response.logprobs, at);
    at += response.tokens.length;
    lengths[request] = response.tokens.length;
    stopped[request] = response.stopped ? 1 : 0;
  });
  return { tokens, logprobs, lengths, stopped };
}
