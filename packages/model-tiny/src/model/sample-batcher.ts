import { GemError, type Sample, type SampleRequest } from "@gem-ts/core";
import type { Engine } from "../engine/engine.ts";
import type { SampleJob, SampleJobResult } from "../engine/jobs.ts";
import { macrotask } from "../macrotask.ts";
import { SPECIAL_IDS } from "../tokenizer/special-ids.ts";
import { ConversationTable } from "./conversation-table.ts";
import { SignalWatch } from "./signal-watch.ts";

/** A request and whoever waits for its response. */
interface Waiting {
  readonly request: SampleRequest;
  /** Its prompt as it was when it was checked: the caller may go on writing to the array. */
  readonly prompt: Int32Array;
  /** Number of the conversation; 0 for none. */
  readonly conversation: number;
  readonly resolve: (sample: Sample) => void;
  readonly reject: (error: unknown) => void;
  /** What its signal calls. */
  readonly onAbort: () => void;
  aborted: boolean;
  /** Once it runs: flags that tell the engine to stop working for it, and its place among them. */
  cancelled?: Int32Array | undefined;
  index: number;
}

/** Requests that run together. */
interface Batch {
  readonly requests: Waiting[];
  /** Whether the engine has them. */
  running: boolean;
}

/** An engine and the requests for it. */
interface Lane {
  readonly engine: Engine;
  /** Batches that have not ended, in the order in which they run. */
  readonly batches: Batch[];
  /** The last of them while it takes requests. */
  open: Batch | undefined;
  /** Resolves once all of them have ended. */
  last: Promise<void>;
}

/** What {@link SampleBatcher} needs. */
export interface SampleBatcherOptions {
  readonly engines: readonly Engine[];
  /** Sequences in each engine's cache. */
  readonly rows: number;
  readonly context: number;
  /**
   * Runs `work` once the parameters may be read, and gives it their version. Its place in the order of the calls is the
   * one at which `run` was called.
   */
  readonly run: <Result>(work: (version: number) => Promise<Result>) => Promise<Result>;
}

const STOP: readonly number[] = [SPECIAL_IDS.end];

/**
 * Gathers the requests of one tick into one batch an engine. A conversation stays with the engine that has its cache;
 * a new one goes where least is waiting.
 */
export class SampleBatcher {
  readonly #lanes: readonly Lane[];
  readonly #table: ConversationTable;
  readonly #context: number;
  readonly #signals = new SignalWatch();
  readonly #run: SampleBatcherOptions["run"];
  #closed: GemError | undefined;

  constructor({ engines, rows, context, run }: SampleBatcherOptions) {
    this.#lanes = engines.map((engine) => ({ engine, batches: [], open: undefined, last: Promise.resolve() }));
    this.#table = new ConversationTable(4 * rows * engines.length + 1024);
    this.#context = context;
    this.#run = run;
  }

  /** The response to a request that was checked. */
  sample(request: SampleRequest): Promise<Sample> {
    const { signal } = request;
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) return reject(this.#closed);
      if (signal?.aborted === true) return reject(abortedError(signal));
      const place =
        request.conversation === undefined
          ? undefined
          : this.#table.find(request.conversation, () => this.#leastBusy());
      const one: Waiting = {
        request,
        prompt: Int32Array.from(request.prompt),
        conversation: place?.key ?? 0,
        resolve,
        reject,
        onAbort: () => {
          one.aborted = true;
          if (one.cancelled !== undefined) Atomics.store(one.cancelled, one.index, 1);
          reject(abortedError(signal));
        },
        aborted: false,
        index: 0,
      };
      if (signal !== undefined) this.#signals.add(signal, one.onAbort);
      const lane = this.#lanes[place?.engine ?? this.#leastBusy()]!;
      (lane.open ?? this.#open(lane)).requests.push(one);
    });
  }

  /** Requests from now on run in batches of their own: the parameters are about to change. */
  seal(): void {
    for (const lane of this.#lanes) lane.open = undefined;
  }

  /** Refuses what is waiting and what comes. */
  close(error: GemError): void {
    this.#closed = error;
    this.seal();
    for (const { running, requests } of this.#lanes.flatMap(({ batches }) => batches)) {
      if (running) continue;
      for (const one of requests.splice(0)) {
        this.#forgetSignal(one);
        one.reject(error);
      }
    }
  }

  #leastBusy(): number {
    let least = 0;
    for (let lane = 1; lane < this.#lanes.length; lane++) if (this.#load(lane) < this.#load(least)) least = lane;
    return least;
  }

  #load(lane: number): number {
    return this.#lanes[lane]!.batches.reduce((sum, { requests }) => sum + requests.length, 0);
  }

  /** A batch that takes requests and, from now on, has its place among the calls. */
  #open(lane: Lane): Batch {
    const batch: Batch = { requests: [], running: false };
    lane.batches.push(batch);
    lane.open = batch;
    lane.last = this.#carryOut(lane, batch, lane.last);
    return batch;
  }

  async #carryOut(lane: Lane, batch: Batch, before: Promise<void>): Promise<void> {
    const { requests } = batch;
    try {
      const result = await this.#run(async (version) => {
        await before;
        // Whoever just got a response asks again within this tick: that still belongs to the batch.
        await macrotask();
        if (lane.open === batch) lane.open = undefined;
        batch.running = true;
        for (let at = requests.length - 1; at >= 0; at--) if (requests[at]!.aborted) requests.splice(at, 1);
        return requests.length === 0 ? undefined : lane.engine.sample(this.#pack(requests, version));
      });
      if (result !== undefined) settle(requests, result);
    } catch (error) {
      for (const { reject } of requests) reject(error);
    } finally {
      for (const one of requests) this.#forgetSignal(one);
      lane.batches.splice(lane.batches.indexOf(batch), 1);
    }
  }

  #forgetSignal({ request, onAbort }: Waiting): void {
    if (request.signal !== undefined) this.#signals.remove(request.signal, onAbort);
  }

  /** A batch as a job. */
  #pack(batch: readonly Waiting[], version: number): SampleJob {
    const count = batch.length;
    const job = {
      version,
      prompts: new Int32Array(batch.reduce((total, { prompt }) => total + prompt.length, 0)),
      promptLengths: new Int32Array(count),
      maxTokens: new Int32Array(count),
      temperatures: new Float64Array(count),
      topPs: new Float64Array(count),
      seeds: new Float64Array(count),
      conversations: new Float64Array(count),
      stops: batch.map(({ request }) => request.stop ?? STOP),
      cancelled: batch.some(({ request }) => request.signal !== undefined) ? sharedFlags(count) : undefined,
    };
    let at = 0;
    batch.forEach((one, index) => {
      const { prompt } = one;
      const { maxTokens, temperature = 1, topP = 1, seed } = one.request;
      job.prompts.set(prompt, at);
      at += prompt.length;
      job.promptLengths[index] = prompt.length;
      job.maxTokens[index] = Math.min(maxTokens, this.#context - prompt.length);
      job.temperatures[index] = temperature;
      job.topPs[index] = topP;
      job.seeds[index] = seed;
      job.conversations[index] = one.conversation;
      one.cancelled = job.cancelled;
      one.index = index;
    });
    return job;
  }
}

/** Gives each request its part of a batch's result. */
function settle(requests: readonly Waiting[], { tokens, logprobs, lengths, stopped }: SampleJobResult): void {
  let at = 0;
  requests.forEach(({ resolve }, index) => {
    const end = at + lengths[index]!;
    resolve({
      tokens: Array.from(tokens.subarray(at, end)),
      logprobs: Array.from(logprobs.subarray(at, end)),
      finish: stopped[index] === 1 ? "stop" : "length",
    });
    at = end;
  });
}

/** Flags that the calling thread sets and an engine reads, in whatever thread it lives. */
function sharedFlags(count: number): Int32Array {
  return new Int32Array(
    typeof SharedArrayBuffer === "function" ? new SharedArrayBuffer(4 * count) : new ArrayBuffer(4 * count),
  );
}

function abortedError(signal: AbortSignal | undefined): GemError {
  return new GemError("aborted", "sampling was stopped by its signal", { cause: signal?.reason });
}
