import {
  type AdamOptions,
  type Datum,
  type ForwardBackwardResult,
  GemError,
  type Loss,
  type ModelPolicyOptions,
  type OptimStepResult,
  type Policy,
  type Sample,
  type SampleRequest,
  type TrainableModel,
} from "@gem-ts/core";
import type { Architecture } from "../architecture.ts";
import { type ChatRenderer, createChatRenderer } from "../chat/chat-ids.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { Engine } from "../engine/engine.ts";
import type { ScoreJob } from "../engine/jobs.ts";
import { dealSequences } from "../engine/length-buckets.ts";
import type { ModelBuffers } from "../engine/model-memory.ts";
import type { BackendName } from "../graph/backend.ts";
import type { KernelBuild } from "../kernels/kernel-build.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { modelPolicy } from "../policy.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { checkData, checkSequences, scoreJob, trainJob } from "./datum.ts";
import { Gate } from "./gate.ts";
import { checkAdamOptions, Optimizer } from "./optimizer.ts";
import { SampleBatcher } from "./sample-batcher.ts";
import { checkSampleRequest } from "./sample-request.ts";

/** What a model runs on. */
export interface TinyModelInfo {
  /** Numbers that are trained. */
  readonly parameters: number;
  /** Worker threads; 0 when everything runs in the calling thread. */
  readonly workers: number;
  /** Runtime of the training graphs. */
  readonly backend: BackendName;
  /** Build of the sampling kernels. */
  readonly kernels: KernelBuild;
  /** What a person should know, such as that the native runtime is missing. */
  readonly notices: readonly string[];
}

/** What {@link TinyModel} is made from. */
export interface TinyModelParts {
  readonly name: string;
  /** The weights, and the optimiser's state where there is one. */
  readonly checkpoint: Checkpoint;
  readonly engines: readonly Engine[];
  readonly kernels: Kernels;
  readonly buffers: ModelBuffers;
  /** Sequences in each engine's cache. */
  readonly rows: number;
  readonly info: TinyModelInfo;
}

/**
 * A small transformer that samples and learns in this process. Make one with `createTinyModel` or `loadTinyModel`.
 *
 * Calls take effect in the order in which they are made, awaited or not, with the arguments as they were then.
 * Responses depend on the weights, the prompt and the request's seed, on nothing else: neither on the batch nor on the
 * number of workers. Gradients are the same bit for bit for one number of workers, and to rounding for any.
 */
export class TinyModel implements TrainableModel {
  readonly name: string;
  readonly architecture: Architecture;
  readonly tokenizer: Tokenizer;
  readonly info: TinyModelInfo;
  /** Renders conversations as this model reads them. */
  readonly chat: ChatRenderer;
  readonly #engines: readonly Engine[];
  readonly #buffers: ModelBuffers;
  readonly #optimizer: Optimizer;
  readonly #batcher: SampleBatcher;
  readonly #gate = new Gate();
  /** Engines whose gradient buffer holds something. */
  readonly #gathered = new Set<number>();
  /** Changes with the parameters. */
  #version = 0;
  #saving: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(parts: TinyModelParts) {
    this.name = parts.name;
    this.architecture = parts.checkpoint.architecture;
    this.tokenizer = parts.checkpoint.tokenizer;
    this.info = parts.info;
    this.chat = createChatRenderer(this.tokenizer);
    this.#engines = parts.engines;
    this.#buffers = parts.buffers;
    this.#optimizer = new Optimizer(parts.kernels, parts.buffers, this.architecture);
    this.#batcher = new SampleBatcher({
      engines: parts.engines,
      rows: parts.rows,
      context: this.architecture.context,
      run: (work) => this.#gate.read(() => work(this.#version)),
    });
    this.#restore(parts.checkpoint);
  }

  get context(): number {
    return this.architecture.context;
  }

  /** How often the parameters have been updated. */
  get step(): number {
    return this.#optimizer.step;
  }

  /**
   * Draws a response. `stop` is the end of a turn by default. Requests of one tick run as one batch; of requests with
   * a `conversation`, the part of the prompt that the cache holds is not computed again.
   * @throws GemError `bad-option`, also for a prompt that leaves no room; `unsupported` when the weights have diverged;
   * `aborted`, `closed`, `peer-failed`.
   */
  async sample(request: SampleRequest): Promise<Sample> {
    this.#checkOpen();
    checkSampleRequest(request, this.#limits);
    return this.#batcher.sample(request);
  }

  /**
   * Adds a gradient to what has gathered. Data that hold no target (fewer than two tokens) add nothing.
   * @throws GemError `bad-option`, `closed`, `peer-failed`.
   */
  async forwardBackward(data: readonly Datum[], loss: Loss): Promise<ForwardBackwardResult> {
    this.#checkOpen();
    checkData(data, loss, this.#limits);
    const logprobs: Float32Array[] = data.map(({ tokens }) => new Float32Array(tokens.length));
    const entropy: Float32Array[] = data.map(({ tokens }) => new Float32Array(tokens.length));
    const hands = this.#deal(
      data.map(({ tokens }) => tokens.length),
      2,
    );
    // Packed now: the caller may change its arrays while the call waits for its turn.
    const packed = hands.map(({ engine, chosen }) => ({ engine, job: trainJob(data, chosen, loss, false) }));
    let total = 0;
    await this.#gate.read(async () => {
      if (hands.length === 0 && this.#gathered.size === 0) {
        this.#buffers.gradients[0]!.fill(0);
        this.#gathered.add(0);
      }
      const jobs = packed.map(({ engine, job }) => {
        const accumulate = this.#gathered.has(engine);
        this.#gathered.add(engine);
        return this.#engines[engine]!.train({ ...job, accumulate });
      });
      const results = await everyResult(jobs).catch((error: unknown) => {
        // What the engines hold now is part of a gradient: nobody shall step along it.
        this.#gathered.clear();
        throw error;
      });
      results.forEach((result, hand) => {
        total += result.loss;
        let at = 0;
        for (const index of hands[hand]!.chosen) {
          const end = at + logprobs[index]!.length;
          logprobs[index] = result.logprobs.subarray(at, end);
          entropy[index] = result.entropy.subarray(at, end);
          at = end;
        }
      });
    });
    return { loss: total, logprobs, entropy };
  }

  /**
   * Updates the parameters with Adam and clears the gradient. A gradient that is not finite (`gradientNorm` says so)
   * is thrown away and changes nothing.
   * @throws GemError `bad-option`, also when no gradient was gathered; `closed`.
   */
  async optimStep(options: AdamOptions): Promise<OptimStepResult> {
    this.#checkOpen();
    checkAdamOptions(options);
    this.#batcher.seal();
    return this.#gate.write(() => {
      const gathered = [...this.#gathered].sort((a, b) => a - b);
      if (gathered.length === 0)
        throw new GemError("bad-option", "there is no gradient: no forwardBackward since the last step, or it failed");
      this.#gathered.clear();
      this.#version++;
      return this.#optimizer.update(gathered, options);
    });
  }

  /** @throws GemError `bad-option`, `closed`, `peer-failed`. */
  logprobs(sequences: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]> {
    return this.#score(sequences, "logprobs");
  }

  /**
   * Per sequence, one number more than it has tokens: entry `i` is the value head's estimate after the first `i`
   * tokens, so entry `i` stands where `Datum.returns[i]` does, and the last is that of the whole sequence. Entry 0,
   * where nothing was read yet, is 0.
   * @throws GemError `bad-option`, `closed`, `peer-failed`.
   */
  values(sequences: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]> {
    return this.#score(sequences, "values");
  }

  /**
   * Writes a checkpoint; a save that is cut short leaves the one before it. Gradients that were gathered but not
   * applied are not part of it.
   * @throws GemError `io-failed`; `unsupported` when weights are not finite; `closed`.
   */
  async save(folder: string, options: { readonly optimizer?: boolean } = {}): Promise<void> {
    this.#checkOpen();
    const snapshot = this.#gate.read(async () => this.#checkpoint(options.optimizer ?? true));
    const written = Promise.all([snapshot, this.#saving]).then(async ([checkpoint]) => {
      const { writeCheckpointFolder } = await import("../checkpoint/checkpoint-folder.ts");
      await writeCheckpointFolder(folder, checkpoint);
    });
    this.#saving = written.catch(() => {});
    await written;
  }

  /**
   * Takes over weights and the optimiser's state. What was gathered is forgotten.
   * @throws GemError `not-found`, `corrupt-file`, `io-failed`; `bad-config` when the checkpoint is of another network
   * or tokenizer; `closed`.
   */
  async load(folder: string): Promise<void> {
    this.#checkOpen();
    this.#batcher.seal();
    const saved = this.#saving;
    await this.#gate.write(async () => {
      const { readCheckpointFolder } = await import("../checkpoint/checkpoint-folder.ts");
      // The folder may be one that is still being written.
      await saved;
      const checkpoint = await readCheckpointFolder(folder);
      const mismatch = this.#mismatch(checkpoint);
      if (mismatch !== undefined) {
        throw new GemError("bad-config", `the checkpoint in ${folder} does not fit this model: ${mismatch}`, {
          hint: "Open it with loadTinyModel.",
        });
      }
      this.#restore(checkpoint);
    });
  }

  policy(options: ModelPolicyOptions = {}): Policy {
    return modelPolicy(this, this.chat, options);
  }

  /** Lets running calls end, refuses the others and frees threads and memory. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#batcher.close(closedError(this.name));
    await this.#gate.write(() => Promise.all(this.#engines.map((engine) => engine.close())));
    await this.#saving;
  }

  get #limits(): { readonly context: number; readonly tokens: number } {
    return { context: this.architecture.context, tokens: this.tokenizer.size };
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw closedError(this.name);
  }

  /** Sequences of at least `shortest` tokens, dealt to the engines; engines with none are left out. */
  #deal(
    lengths: readonly number[],
    shortest: number,
  ): { readonly engine: number; readonly chosen: readonly number[] }[] {
    const worthwhile = lengths.flatMap((length, index) => (length >= shortest ? [index] : []));
    const hands = dealSequences(
      worthwhile.map((index) => lengths[index]!),
      this.#engines.length,
    );
    return hands.flatMap((hand, engine) =>
      hand.length === 0 ? [] : [{ engine, chosen: hand.map((place) => worthwhile[place]!) }],
    );
  }

  async #score(sequences: readonly ArrayLike<number>[], what: ScoreJob["what"]): Promise<readonly Float32Array[]> {
    this.#checkOpen();
    checkSequences(sequences, this.#limits);
    const extra = what === "values" ? 1 : 0;
    const scores: Float32Array[] = sequences.map(({ length }) => new Float32Array(length + extra));
    const hands = this.#deal(
      sequences.map(({ length }) => length),
      what === "values" ? 1 : 2,
    );
    const packed = hands.map(({ engine, chosen }) => ({ engine, job: scoreJob(sequences, chosen, what) }));
    const results = await this.#gate.read(() =>
      everyResult(packed.map(({ engine, job }) => this.#engines[engine]!.score(job))),
    );
    results.forEach((result, hand) => {
      let at = 0;
      for (const index of hands[hand]!.chosen) {
        const end = at + scores[index]!.length;
        scores[index] = result.scores.subarray(at, end);
        at = end;
      }
    });
    return scores;
  }

  /** Copies, as the buffers change under a save that takes its time. */
  #checkpoint(withOptimizer: boolean): Checkpoint {
    const { parameters, firstMoments, secondMoments } = this.#buffers;
    const { architecture, tokenizer } = this;
    const optimizer = {
      firstMoments: firstMoments.slice(),
      secondMoments: secondMoments.slice(),
      step: this.#optimizer.step,
    };
    return { architecture, tokenizer, parameters: parameters.slice(), ...(withOptimizer ? { optimizer } : {}) };
  }

  #restore({ parameters, optimizer }: Checkpoint): void {
    const buffers = this.#buffers;
    buffers.parameters.set(parameters);
    if (optimizer === undefined) {
      buffers.firstMoments.fill(0);
      buffers.secondMoments.fill(0);
    } else {
      buffers.firstMoments.set(optimizer.firstMoments);
      buffers.secondMoments.set(optimizer.secondMoments);
    }
    this.#optimizer.step = optimizer?.step ?? 0;
    this.#gathered.clear();
    this.#version++;
  }

  #mismatch({ architecture, tokenizer }: Checkpoint): string | undefined {
    for (const key of ["layers", "width", "heads", "context", "vocabulary"] as const) {
      if (architecture[key] !== this.architecture[key])
        return `its ${key} is ${architecture[key]}, not ${this.architecture[key]}`;
    }
    const { pieces } = this.tokenizer;
    const same =
      pieces.length === tokenizer.pieces.length && pieces.every((piece, index) => piece === tokenizer.pieces[index]);
    return same ? undefined : "its tokenizer has other pieces";
  }
}

/** All results; when one job fails, its error, but not before the others have ended. */
async function everyResult<Result>(jobs: readonly Promise<Result>[]): Promise<Result[]> {
  const settled = await Promise.allSettled(jobs);
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

function closedError(name: string): GemError {
  return new GemError("closed", `the model ${name} was disposed`);
}
