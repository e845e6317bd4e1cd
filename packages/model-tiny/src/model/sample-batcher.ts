import { GemError, type Sample, type SampleRequest } from "@gem-ts/core";
import type { Engine } from "../engine/engine.ts";
import type { SampleJob, SampleJobResult } from "../engine/jobs.ts";
import { scheduleMacrotask } from "../macrotask.ts";
import { SPECIAL_IDS } from "../tokenizer/special-ids.ts";
import { ConversationTable } from "./conversation-table.ts";
import { SignalWatch } from "./signal-watch.ts";

/** A request and whoever waits for its response. */
interface Waiting {
  readonly request: SampleRequest;
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

/** An engine and the requests for it. */
interface Lane {
  readonly engine: Engine;
  waiting: Waiting[];
  /** Requests that the engine has. */
  running: number;
}

/** What {@link SampleBatcher} needs. */
export interface SampleBatcherOptions {
  readonly engines: readonly Engine[];
  /** Sequences in each engine's cache. */
  readonly rows: number;
  readonly context: number;
  /** Runs a batch once the parameters may be read, and gives it their version. */
  readonly run: (job: (version: number) => Promise<SampleJobResult>) => Promise<SampleJobResult>;
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
  #scheduled = false;
  #closed: GemError | undefined;

  constructor({ engines, rows, context, run }: SampleBatcherOptions) {
    this.#lanes = engines.map((engine) => ({ engine, waiting: [], running: 0 }));
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
      this.#lanes[place?.engine ?? this.#leastBusy()]!.waiting.push(one);
      this.#schedule();
    });
  }

  /** Refuses what is waiting and what comes. */
  close(error: GemError): void {
    this.#closed = error;
    for (const lane of this.#lanes) {
      for (const one of lane.waiting.splice(0)) {
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
    const { waiting, running } = this.#lanes[lane]!;
    return waiting.length + running;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    scheduleMacrotask(() => {
      this.#scheduled = false;
      for (const lane of this.#lanes) if (lane.running === 0 && lane.waiting.length > 0) void this.#start(lane);
    });
  }

  async #start(lane: Lane): Promise<void> {
    const batch = lane.waiting.splice(0).filter(({ aborted }) => !aborted);
    if (batch.length === 0) return;
    lane.running = batch.length;
    try {
      const job = this.#pack(batch);
      const { tokens, logprobs, lengths, stopped } = await this.#run((version) =>
        lane.engine.sample({ ...job, version }),
      );
      let at = 0;
      batch.forEach(({ resolve }, index) => {
        const end = at + lengths[index]!;
        resolve({
          tokens: Array.from(tokens.subarray(at, end)),
          logprobs: Array.from(logprobs.subarray(at, end)),
          finish: stopped[index] === 1 ? "stop" : "length",
        });
        at = end;
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      for (const one of batch) this.#forgetSignal(one);
      lane.running = 0;
      // Whoever just got a response asks again within this tick; go on after that.
      if (lane.waiting.length > 0) this.#schedule();
    }
  }

  #forgetSignal({ request, onAbort }: Waiting): void {
    if (request.signal !== undefined) this.#signals.remove(request.signal, onAbort);
  }

  /** A batch as a job; `version` is filled in when it runs. */
  #pack(batch: readonly Waiting[]): SampleJob {
    const count = batch.length;
    const job = {
      version: 0,
      prompts: new Int32Array(batch.reduce((total, { request }) => total + request.prompt.length, 0)),
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
      const { prompt, maxTokens, temperature = 1, topP = 1, seed } = one.request;
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

/** Flags that the calling thread sets and an engine reads, in whatever thread it lives. */
function sharedFlags(count: number): Int32Array {
  return new Int32Array(
    typeof SharedArrayBuffer === "function" ? new SharedArrayBuffer(4 * count) : new ArrayBuffer(4 * count),
  );
}

function abortedError(signal: AbortSignal | undefined): GemError {
  return new GemError("aborted", "sampling was stopped by its signal", { cause: signal?.reason });
}
