import { GemError } from "@gem-ts/core";
import type { Architecture } from "../architecture.ts";
import { createArena } from "./arena.ts";
import { cacheFloats, createDecoderBuffers, decoderBytes } from "./decoder-buffers.ts";
import { type DecoderOptions, checkDecoderOptions } from "./decoder-options.ts";
import { type Draw, type DrawRequest, checkDrawRequest } from "./draw.ts";
import { type ForwardParts, forwardPass } from "./forward-pass.ts";
import { type Kernels, instantiateKernels } from "./kernels.ts";
import { createMemory } from "./memory.ts";
import { type PackedWeights, createPackedWeights, packedWeightsBytes } from "./packed-weights.ts";
import { type TokenLimits, type TokenList, badRow, checkToken, takeTokens, takeWanted } from "./token-list.ts";

/**
 * The network's forward pass with a cache of keys and values for `rows` sequences. Prefill, append, decode, ragged
 * rows and continuous batching are one function over a flat list of tokens; a token's logits have the same bits
 * however tokens are grouped into calls.
 */
export class Decoder {
  readonly architecture: Architecture;
  readonly kernels: Kernels;
  readonly weights: PackedWeights;
  /** Sequences kept at once. */
  readonly rows: number;
  /** Longest sequence, in tokens. */
  readonly context: number;
  /** Most tokens in one call. */
  readonly capacity: number;
  /** Most wanted tokens in one call. */
  readonly wantedCapacity: number;
  /** Logits of the last call, `[wanted, vocabulary]` row-major; overwritten by the next call, as are the two below. */
  readonly logits: Float32Array;
  /** Values of the last call, `[wanted]`. */
  readonly values: Float32Array;
  /** Final normalised states of the last call, `[wanted, width]` row-major. */
  readonly hidden: Float32Array;
  readonly #parts: ForwardParts;
  readonly #limits: TokenLimits;
  #lengths: Int32Array;
  #nextLengths: Int32Array;
  #wanted = 0;

  /** @throws GemError `bad-option` when sizes do not fit the kernels, each other or the arena. */
  constructor(options: DecoderOptions) {
    checkDecoderOptions(options);
    const { architecture } = options;
    const bytes = decoderBytes(options) + (options.weights ? 0 : packedWeightsBytes(architecture));
    const arena = options.arena ?? createArena({ memory: createMemory({ bytes }) });
    const { memory } = arena;
    this.architecture = architecture;
    this.kernels = options.kernels ?? instantiateKernels({ memory, build: options.build ?? "auto" });
    this.weights = options.weights ?? createPackedWeights({ architecture, arena });
    this.rows = options.rows;
    this.context = options.context ?? architecture.context;
    this.capacity = options.capacity;
    this.wantedCapacity = options.wanted ?? options.capacity;
    const buffers = createDecoderBuffers(options, arena);
    this.logits = buffers.logits;
    this.values = buffers.estimates;
    this.hidden = buffers.hidden;
    this.#parts = {
      functions: this.kernels.functions,
      architecture,
      weights: this.weights.offsets,
      buffers,
      tokens: options.tokens,
      context: this.context,
      cacheBytes: 4 * cacheFloats(options),
    };
    const { tokens } = options;
    this.#limits = { tokens, context: this.context, capacity: this.capacity, wanted: this.wantedCapacity };
    this.#lengths = new Int32Array(options.rows);
    this.#nextLengths = new Int32Array(options.rows);
  }

  /**
   * Takes over parameters laid out as `parameterTable(architecture)` says. The cache keeps what the old ones made:
   * truncate the rows that shall not go on from it.
   * @throws GemError `bad-option` when there are too few or too many.
   */
  setParameters(parameters: Float32Array): void {
    this.weights.set(parameters);
  }

  /** Tokens of `row` in the cache. */
  length(row: number): number {
    const length = this.#lengths[row];
    if (length === undefined) throw badRow(row, this.rows);
    return length;
  }

  /**
   * Forgets the tokens of `row` from position `length` on; 0, the default, frees it for another sequence.
   * @throws GemError `bad-option` when the row is not that long.
   */
  truncate(row: number, length = 0): void {
    this.#checkLength(row, length);
    this.#lengths[row] = length;
  }

  /**
   * Makes row `to` a copy of the first `length` tokens of row `from`.
   * @throws GemError `bad-option` when `from` is not that long.
   */
  copyPrefix(from: number, to: number, length: number): void {
    this.#checkLength(from, length);
    if (this.#lengths[to] === undefined) throw badRow(to, this.rows);
    this.#lengths[to] = length;
    if (from === to) return;
    const { functions, buffers, cacheBytes } = this.#parts;
    const { layers, heads, width } = this.architecture;
    for (let layer = 0; layer < layers; layer++) {
      const keys = buffers.keys.byteOffset + layer * cacheBytes;
      const values = buffers.values.byteOffset + layer * cacheBytes;
      functions.copyPrefix(keys, values, from, to, length, heads, width / heads, this.context);
    }
  }

  /**
   * Runs the tokens through the network and puts them into the cache. Returns how many were wanted; theirs are the
   * first rows of `logits`, `values` and `hidden`, in the order of the list.
   * @throws GemError `bad-option`, with the cache as it was, when an id, row or position is out of range, a sequence
   * would have a gap or go back within the list, or there are more tokens than the capacity.
   */
  forward(list: TokenList): number {
    const { buffers } = this.#parts;
    const next = this.#nextLengths;
    next.set(this.#lengths);
    this.#wanted = 0;
    const count = takeTokens(list, this.#limits, next, buffers);
    const wanted = takeWanted(list, this.#limits, count, buffers);
    this.#nextLengths = this.#lengths;
    this.#lengths = next;
    forwardPass(this.#parts, count, wanted);
    this.#wanted = wanted;
    return wanted;
  }

  /**
   * Draws a token from the logits of a wanted token of the last call.
   * @throws GemError `bad-option` when a number of the request is out of range; `unsupported` when the logits are no
   * distribution, as weights that are huge or no numbers make them.
   */
  sample(request: DrawRequest): Draw {
    checkDrawRequest(request);
    const { index, uniform, temperature = 1, topP = 1 } = request;
    const { functions, buffers } = this.#parts;
    const { drawn, scratch } = buffers;
    const { vocabulary } = this.architecture;
    const logits = this.#logitsOffset(index);
    const from = scratch.byteOffset;
    const token = functions.sample(logits, vocabulary, temperature, topP, uniform, from, drawn.byteOffset);
    if (token < 0) throw divergedError();
    return { token, logprob: drawn[0]!, behaviourLogprob: drawn[1]! };
  }

  /**
   * The log-probability, at temperature 1 and in nats, of `token` after a wanted token of the last call.
   * @throws GemError `bad-option` when the index or the token is out of range; `unsupported` when the logits are no
   * distribution.
   */
  logprob(index: number, token: number): number {
    checkToken(token, this.#limits.tokens);
    const { functions, buffers } = this.#parts;
    const logits = this.#logitsOffset(index);
    const { vocabulary } = this.architecture;
    const logprob = functions.logProbability(logits, vocabulary, token, buffers.scratch.byteOffset);
    if (Number.isNaN(logprob)) throw divergedError();
    return logprob;
  }

  #checkLength(row: number, length: number): void {
    const most = this.length(row);
    if (Number.isInteger(length) && length >= 0 && length <= most) return;
    throw new GemError("bad-option", `row ${row} has ${most} tokens: cannot keep ${length}`);
  }

  #logitsOffset(index: number): number {
    if (Number.isInteger(index) && index >= 0 && index < this.#wanted) {
      return this.logits.byteOffset + 4 * index * this.architecture.vocabulary;
    }
    throw new GemError("bad-option", `the last call wanted ${this.#wanted} tokens: there is no index ${index}`);
  }
}

function divergedError(): GemError {
  return new GemError("unsupported", "the weights have diverged: the network's logits are not finite", {
    hint: "Load an earlier checkpoint.",
  });
}
