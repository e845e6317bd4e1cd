import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { GemError } from "./error.ts";

/**
 * A seeded, splittable generator (xoroshiro128+ with keys mixed by MurmurHash3's finaliser). The same seed and calls
 * give the same values on every platform.
 *
 * `split(label)` gives a child whose stream depends on the seed and the labels alone, never on how many values were
 * drawn: `createRng(7).split("episode").split(12)` is an address.
 */
export interface Rng {
  /** A whole number in `[min, max]`, both ends included; `|min|` and `|max|` at most 2^53 - 1. */
  int(min: number, max: number): number;
  /** A number in `[0, 1)` with 53 random bits. */
  float(): number;
  /** `true` with the given probability, one half by default. */
  bool(probability?: number): boolean;
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** `count` different items in random order; `count` at most `items.length`. */
  sample<T>(items: readonly T[], count: number): T[];
  /** Shuffles `items` in place (Fisher-Yates) and returns it. */
  shuffle<T>(items: T[]): T[];
  /** A draw from the standard normal distribution (Box-Muller, one value a call). */
  normal(): number;
  /** An independent child stream, addressed by its label. */
  split(label: string | number): Rng;
  /** What {@link restoreRng} needs to go on from here. */
  state(): RngState;
}

/** A generator's key and position as six 32-bit integers; plain JSON. */
export type RngState = readonly [number, number, number, number, number, number];

/** Seeds are whole numbers from 0 to 2^53 - 1. */
export type Seed = number;

const LIMIT = Number.MAX_SAFE_INTEGER;

/**
 * A generator for `seed`.
 * @throws GemError `bad-option` when the seed is not a whole number in `[0, 2^53 - 1]`.
 */
export function createRng(seed: Seed): Rng {
  requireSeed(seed);
  return fromKey(mix(seed >>> 0, 0x9e3779b9), mix(Math.floor(seed / 4294967296), 0x85ebca6b));
}

/** @throws GemError `bad-option` when the seed is not a whole number in `[0, 2^53 - 1]`. */
export function requireSeed(seed: Seed): void {
  if (isSeed(seed)) return;
  throw new GemError("bad-option", `a seed must be a whole number from 0 to ${LIMIT}, got ${String(seed)}`);
}

/** Whether `value` can seed a generator. */
export function isSeed(value: unknown): value is Seed {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The generator whose {@link Rng.state} was `state`. */
export function restoreRng(state: RngState): Rng {
  if (!Array.isArray(state) || state.length !== 6 || !state.every((word) => Number.isInteger(word))) {
    throw new GemError("bad-snapshot", "a generator's state must be six integers");
  }
  return new Xoroshiro(state[0], state[1], [state[2], state[3], state[4], state[5]]);
}

/** A seed for the thing that `labels` address under `seed`, in `[0, 2^53 - 1]`. Same inputs, same seed. */
export function deriveSeed(seed: Seed, ...labels: readonly (string | number)[]): Seed {
  let rng = createRng(seed);
  for (const label of labels) rng = rng.split(label);
  return rng.int(0, LIMIT);
}

/** A seed that nobody chose, from the platform's entropy. */
export function freshSeed(): Seed {
  const words = crypto.getRandomValues(new Uint32Array(2));
  return (words[0]! & 0x1fffff) * 4294967296 + words[1]!;
}

/** MurmurHash3's 32-bit finaliser over a combination of two words. */
function mix(word: number, salt: number): number {
  let h = (word ^ Math.imul(salt, 0x27d4eb2f)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** A generator at the start of the stream that a 64-bit key names. Every word of the state depends on the whole key. */
function fromKey(high: number, low: number): Rng {
  const a = mix(high ^ mix(low, 1), 2);
  const b = mix(low ^ mix(high, 3), 4);
  const c = mix(high ^ mix(low, 5), 6);
  const d = mix(low ^ mix(high, 7), 8);
  // All zeros is the one state that the generator never leaves.
  return new Xoroshiro(high, low, [a, b, c, (a | b | c | d) === 0 ? 1 : d]);
}

class Xoroshiro implements Rng {
  readonly #high: number;
  readonly #low: number;
  readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;

  constructor(high: number, low: number, position: readonly [number, number, number, number]) {
    this.#high = high;
    this.#low = low;
    this.#generator = xoroshiro128plusFromState(position);
  }

  int(min: number, max: number): number {
    if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max)) {
      throw new GemError("bad-option", `int(min, max) needs whole numbers with min <= max, got ${min} and ${max}`);
    }
    return uniformInt(this.#generator, min, max);
  }

  float(): number {
    const high = this.#generator.next() >>> 5;
    const low = this.#generator.next() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  bool(probability = 0.5): boolean {
    return this.float() < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new GemError("bad-option", "pick() needs at least one item");
    return items[uniformInt(this.#generator, 0, items.length - 1)]!;
  }

  sample<T>(items: readonly T[], count: number): T[] {
    if (!Number.isInteger(count) || count < 0 || count > items.length) {
      throw new GemError("bad-option", `cannot sample ${count} of ${items.length} items`);
    }
    const pool = [...items];
    for (let i = 0; i < count; i++) swap(pool, i, uniformInt(this.#generator, i, pool.length - 1));
    pool.length = count;
    return pool;
  }

  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) swap(items, i, uniformInt(this.#generator, 0, i));
    return items;
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()));
    return radius * Math.cos(2 * Math.PI * this.float());
  }

  split(label: string | number): Rng {
    let high = this.#high;
    let low = this.#low;
    // The type is part of the address: split(1) and split("1") differ.
    const text = typeof label === "number" ? `#${label}` : `$${label}`;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      const next = mix(high ^ code, low);
      high = mix(low + i, next);
      low = next;
    }
    return fromKey(high, low);
  }

  state(): RngState {
    const [a, b, c, d] = this.#generator.getState() as [number, number, number, number];
    return [this.#high, this.#low, a, b, c, d];
  }
}

function swap(items: unknown[], i: number, j: number): void {
  const held = items[i];
  items[i] = items[j];
  items[j] = held;
}
