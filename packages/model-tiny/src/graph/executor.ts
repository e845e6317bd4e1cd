import { GemError } from "@gem-ts/core";
import { type Architecture, type ParameterTable, parameterTable } from "../architecture.ts";
import { type BackendName, type GraphSession, loadBackend, type LoadBackendOptions } from "./backend.ts";
import type { ForwardResult, SequenceBatch, TrainingBatch, TrainingResult } from "./batch.ts";
import { checkSequences, checkTraining } from "./batch-check.ts";
import { emptyResult, resultViews, rowsView, scalarView, sequenceViews } from "./batch-views.ts";
import { gradientSink } from "./gradient-sink.ts";
import type { LossPiece } from "./losses/loss-piece.ts";
import { parameterViews } from "./parameter-views.ts";
import { rowRanges } from "./row-ranges.ts";
import {
  buildForwardGraph,
  buildTrainingGraph,
  type ForwardGraph,
  reportName,
  type TrainingGraph,
} from "./training-graph.ts";

/** What an executor tells about itself. */
export type ExecutorEvent =
  /** Which runtime runs the graphs, and why not the native one where that was wanted. */
  | { readonly type: "backend-load"; readonly backend: BackendName; readonly fallbackReason: string | undefined }
  /** A graph was built and compiled; happens once a loss. */
  | { readonly type: "session-create"; readonly graph: string; readonly nodes: number };

/** What {@link createExecutor} needs. */
export interface ExecutorOptions extends LoadBackendOptions {
  readonly architecture: Architecture;
  /** Size of the tokenizer: ids from here on get no probability. */
  readonly tokens: number;
  /** The flat parameter buffer, laid out by {@link parameterTable}. Read in place by every run. */
  readonly parameters: Float32Array;
  /** The flat gradient buffer, laid out alike. Default: one of the executor's own. */
  readonly gradients?: Float32Array;
  /** Threads inside one operator, native only. Default 1. */
  readonly threads?: number;
  /**
   * Batches are run in pieces of about so many tokens, whose gradients add up: smaller pieces stay in the cache and take
   * less memory. At least one sequence is run at a time. Default {@link TOKENS_PER_RUN}.
   */
  readonly tokensPerRun?: number;
  onEvent?(event: ExecutorEvent): void;
}

/**
 * Default of {@link ExecutorOptions.tokensPerRun}. Of 512, 1024, 2048 and 4096 it was the fastest for 4 layers of width 128
 * (160 ms for 4096 tokens against 183, 164 and 168) and within 6 % of the best for 2 layers of width 64; 4096 took 40 %
 * more memory.
 */
export const TOKENS_PER_RUN = 2048;

/**
 * Runs the graphs of one network. Calls are carried out one after another, in the order in which they were made; each
 * blocks its thread while the runtime computes, so run one executor a worker.
 */
export interface Executor extends AsyncDisposable {
  readonly backend: BackendName;
  readonly fallbackReason: string | undefined;
  readonly table: ParameterTable;
  readonly gradients: Float32Array;
  /** Log-probabilities, entropies and values, without gradients. */
  forward(batch: SequenceBatch): Promise<ForwardResult>;
  /** The loss and, in the gradient buffer, its gradient with respect to every parameter. */
  forwardBackward(batch: TrainingBatch): Promise<TrainingResult>;
  /** Compiles the graph of a loss, or without one the graph of {@link forward}, ahead of its first use. */
  prepare(loss?: LossPiece): Promise<void>;
}

/**
 * Loads a runtime and readies it for a network. Graphs are compiled when first used.
 * @throws bad-option where a buffer does not fit the network; unsupported where no runtime loads.
 */
export async function createExecutor(options: ExecutorOptions): Promise<Executor> {
  const { architecture, tokens: vocabulary, parameters, threads = 1, tokensPerRun = TOKENS_PER_RUN, onEvent } = options;
  const table = parameterTable(architecture);
  const gradients = options.gradients ?? new Float32Array(table.size);
  checkBuffers(table, parameters, gradients);
  const backend = await loadBackend(options);
  onEvent?.({ type: "backend-load", backend: backend.name, fallbackReason: backend.fallbackReason });

  const sink = gradientSink(table, gradients);
  const sessions = new Map<string, Promise<Compiled<ForwardGraph>>>();
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  function inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    if (closed) return Promise.reject(new GemError("closed", "The executor was disposed."));
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  }

  function compile<Graph extends ForwardGraph>(key: string, build: () => Graph): Promise<Compiled<Graph>> {
    const create = async (): Promise<Compiled<Graph>> => {
      const graph = build();
      const session = await backend.createSession(graph.bytes, { threads });
      onEvent?.({ type: "session-create", graph: key, nodes: graph.nodeCount });
      return { graph, session };
    };
    // Keys of losses and the key of the forward graph differ, so what is found was built by the same kind of builder.
    const compiled = (sessions.get(key) as Promise<Compiled<Graph>> | undefined) ?? create();
    sessions.set(key, compiled);
    compiled.catch(() => sessions.delete(key));
    return compiled;
  }

  const forwardSession = (): Promise<Compiled<ForwardGraph>> =>
    compile("forward", () => buildForwardGraph({ architecture, tokens: vocabulary }));
  const trainingSession = (loss: LossPiece): Promise<Compiled<TrainingGraph>> =>
    compile(`loss ${loss.key}`, () => buildTrainingGraph(loss, { architecture, tokens: vocabulary }));

  async function forward(batch: SequenceBatch): Promise<ForwardResult> {
    checkSequences(batch, architecture, vocabulary);
    const { session } = await forwardSession();
    const result = emptyResult(batch);
    for (const rows of rowRanges(batch.batch, batch.length, tokensPerRun)) {
      const feeds = { ...parameterViews(table, parameters, batch.length), ...sequenceViews(batch, rows) };
      await session.run(feeds, resultViews(result, batch, rows));
    }
    return result;
  }

  async function forwardBackward(batch: TrainingBatch): Promise<TrainingResult> {
    checkSequences(batch, architecture, vocabulary);
    const { graph, session } = await trainingSession(batch.loss);
    const scalars = checkTraining(batch, graph);
    const result = emptyResult(batch);
    const totals = Object.fromEntries(["loss", ...graph.reports.map(reportName)].map((name) => [name, 0]));
    let adding = batch.accumulate ?? false;
    for (const rows of rowRanges(batch.batch, batch.length, tokensPerRun)) {
      const sums = Object.fromEntries(Object.keys(totals).map((name) => [name, scalarView(0)]));
      const feeds = { ...parameterViews(table, parameters, batch.length), ...sequenceViews(batch, rows), ...scalars };
      for (const name of graph.perTokenInputs) feeds[name] = rowsView(batch.perToken[name] ?? NOTHING, batch, rows);
      const receiver = sink.receive(graph.trained, batch.length, adding);
      await session.run(feeds, { ...sums, ...resultViews(result, batch, rows), ...receiver.views });
      receiver.finish();
      for (const [name, { data }] of Object.entries(sums)) totals[name] = (totals[name] ?? 0) + (data[0] ?? 0);
      adding = true;
    }
    const reports = Object.fromEntries(graph.reports.map((name) => [name, totals[reportName(name)] ?? 0]));
    return { ...result, loss: totals["loss"] ?? 0, reports };
  }

  return {
    backend: backend.name,
    fallbackReason: backend.fallbackReason,
    table,
    gradients,
    forward: (batch) => inOrder(() => forward(batch)),
    forwardBackward: (batch) => inOrder(() => forwardBackward(batch)),
    prepare: (loss) =>
      inOrder(async () => void (await (loss === undefined ? forwardSession() : trainingSession(loss)))),
    [Symbol.asyncDispose]: async () => {
      closed = true;
      await last;
      const opened = await Promise.allSettled(sessions.values());
      sessions.clear();
      for (const result of opened) if (result.status === "fulfilled") await result.value.session.release();
    },
  };
}

interface Compiled<Graph> {
  readonly graph: Graph;
  readonly session: GraphSession;
}

const NOTHING = new Float32Array(0);

function checkBuffers(table: ParameterTable, parameters: Float32Array, gradients: Float32Array): void {
  for (const [name, { length }] of Object.entries({ parameters, gradients })) {
    if (length < table.size) {
      throw new GemError("bad-option", `The ${name} hold ${length} floats and the network has ${table.size}.`);
    }
  }
  const apart =
    parameters.byteOffset + parameters.byteLength <= gradients.byteOffset ||
    gradients.byteOffset + gradients.byteLength <= parameters.byteOffset;
  if (parameters.buffer === gradients.buffer && !apart) {
    throw new GemError("bad-option", "Parameters and gradients overlap in memory.");
  }
}
