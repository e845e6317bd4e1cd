import type { Decoder } from "../kernels/decoder.ts";

/** Fewer tokens than this are computed again rather than copied from another row. */
export const WORTH_COPYING = 8;

/** Where a prompt will go, and what of it is there already. */
export interface RowPlan {
  /** Row that will hold it. */
  readonly row: number;
  /** Row that has most of it; `row` itself unless another has more. */
  readonly source: number;
  /** Tokens of the prompt that `source` holds; always fewer than the prompt has, as the last one gives the logits. */
  readonly reused: number;
  /** Whether the conversation only went on: its row holds a beginning of the prompt and nothing else. */
  readonly continues: boolean;
}

/**
 * Which tokens each row of a decoder holds, and whose they are. A conversation finds its row again; every token is
 * compared, so that a conversation that changed its past is noticed. A new one takes the row that was unused longest,
 * and copies the longest beginning that any row has.
 */
export class RowCache {
  readonly #decoder: Decoder;
  /** `[rows, context]`. */
  readonly #ids: Int32Array;
  readonly #owners: Float64Array;
  readonly #rowOf = new Map<number, number>();
  readonly #lastUse: Float64Array;
  readonly #busy: Uint8Array;
  #clock = 0;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
    this.#ids = new Int32Array(decoder.rows * decoder.context);
    this.#owners = new Float64Array(decoder.rows);
    this.#lastUse = new Float64Array(decoder.rows);
    this.#busy = new Uint8Array(decoder.rows);
  }

  /** Forgets everything; for new parameters. No row may be in use. */
  clear(): void {
    for (let row = 0; row < this.#decoder.rows; row++) this.#decoder.truncate(row);
    this.#rowOf.clear();
    this.#owners.fill(0);
    this.#lastUse.fill(0);
    this.#busy.fill(0);
  }

  /** Where `prompt` would go; `undefined` when every row is in use. */
  plan(conversation: number, prompt: Int32Array): RowPlan | undefined {
    const decoder = this.#decoder;
    const own = this.#rowOf.get(conversation);
    const row = own !== undefined && this.#busy[own] === 0 ? own : this.#longestUnused();
    if (row === undefined) return undefined;
    let source = row;
    let reused = this.#shared(row, prompt);
    if (row === own && reused > 0 && reused === Math.min(decoder.length(row), prompt.length - 1)) {
      return { row, source, reused, continues: true };
    }
    let enough = reused + WORTH_COPYING;
    for (let other = 0; other < decoder.rows; other++) {
      if (decoder.length(other) < enough) continue;
      const shared = this.#shared(other, prompt);
      if (shared < enough) continue;
      source = other;
      reused = shared;
      enough = shared + 1;
    }
    return { row, source, reused, continues: false };
  }

  /** Carries out a plan: the row is in use, holds what was reused, and belongs to the conversation. */
  take(plan: RowPlan, conversation: number): void {
    const { row, source, reused } = plan;
    const { context } = this.#decoder;
    this.#busy[row] = 1;
    this.#lastUse[row] = ++this.#clock;
    const before = this.#owners[row]!;
    if (before !== conversation) {
      if (before !== 0 && this.#rowOf.get(before) === row) this.#rowOf.delete(before);
      this.#owners[row] = conversation;
      if (conversation !== 0) this.#rowOf.set(conversation, row);
    }
    if (source === row) {
      this.#decoder.truncate(row, reused);
    } else {
      this.#decoder.copyPrefix(source, row, reused);
      this.#ids.copyWithin(row * context, source * context, source * context + reused);
    }
  }

  /** Notes a token that is about to be fed to a row. */
  note(row: number, position: number, id: number): void {
    this.#ids[row * this.#decoder.context + position] = id;
  }

  /** The row is no longer in use; its tokens stay for whoever goes on from them. */
  release(row: number): void {
    this.#busy[row] = 0;
  }

  #longestUnused(): number | undefined {
    let found: number | undefined;
    for (let row = 0; row < this.#decoder.rows; row++) {
      if (this.#busy[row] === 0 && (found === undefined || this.#lastUse[row]! < this.#lastUse[found]!)) found = row;
    }
    return found;
  }

  /** How many of the row's tokens begin the prompt, its last one left out. */
  #shared(row: number, prompt: Int32Array): number {
    const most = Math.min(this.#decoder.length(row), prompt.length - 1);
    const at = row * this.#decoder.context;
    const ids = this.#ids;
    let count = 0;
    while (count < most && ids[at + count] === prompt[count]) count++;
    return count;
  }
}
