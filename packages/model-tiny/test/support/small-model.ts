import { createRng, type Datum } from "@gem-ts/core";
import {
  createTinyModel,
  createTokenizer,
  type CreateTinyModelOptions,
  type TinyModel,
  type Tokenizer,
} from "../../src/index.ts";

/** Two layers of width 32: large enough that everything happens, small enough for tests. */
export const SMALL = { layers: 2, width: 32, heads: 2, context: 64 } as const;

export const tokenizer: Tokenizer = createTokenizer(["\\boxed{", " higher", " lower"]);

/** A model of the small size; its first weights are always the same. */
export function smallModel(options: Partial<CreateTinyModelOptions> = {}): Promise<TinyModel> {
  return createTinyModel({ architecture: SMALL, tokenizer, seed: 7, ...options });
}

/** `count` sequences of `shortest` to `longest` random ids, every target but those of the first `prompt` ids weighted. */
export function randomData(seed: number, count: number, shortest = 2, longest = 60, prompt = 1): Datum[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => {
    const tokens = randomIds(rng.int(0, 1e9), rng.int(shortest, longest));
    return { tokens, weights: tokens.map((_, index) => (index < prompt ? 0 : 0.1)) };
  });
}

/** So many random ids, none of them special. */
export function randomIds(seed: number, count: number): number[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => rng.int(6, tokenizer.size - 1));
}

/** A few large steps on sequences that count upwards, after which the network is far from uniform. */
export async function shake(model: TinyModel, steps = 20): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const data = Array.from({ length: 16 }, (_, row) => {
      const tokens = Array.from(
        { length: 24 + row },
        (_, index) => 6 + ((step * 7 + row * 5 + index * (1 + (row % 3))) % 50),
      );
      return { tokens, weights: tokens.map(() => 1 / 500) };
    });
    await model.forwardBackward(data, { kind: "cross-entropy" });
    await model.optimStep({ learningRate: 2e-2, clipNorm: 1 });
  }
}
