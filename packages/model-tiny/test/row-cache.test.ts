import { describe, expect, test } from "vitest";
import { parameterTable } from "../src/architecture.ts";
import type { SampleJob } from "../src/engine/jobs.ts";
import { Sampler } from "../src/engine/sampler.ts";
import { Decoder } from "../src/kernels/decoder.ts";
import { createRng } from "@gem-ts/core";
import { randomIds } from "./support/small-model.ts";

const architecture = { layers: 2, width: 32, heads: 2, context: 64, vocabulary: 128 } as const;

/** A sampler whose decoder counts the tokens that it is fed. */
function countingSampler(rows: number, capacity = 256) {
  const decoder = new Decoder({ architecture, tokens: 122, rows, capacity, wanted: rows });
  const rng = createRng(3);
  const parameters = new Float32Array(parameterTable(architecture).size).map(() => 0.1 * rng.normal());
  const sampler = new Sampler(decoder, parameters);
  const fed: number[] = [];
  const forward = decoder.forward.bind(decoder);
  decoder.forward = (list) => {
    fed.push(list.tokens.length);
    return forward(list);
  };
  let version = 0;
  return {
    newParameters: () => version++,
    /** Tokens fed in each call for these prompts, each with the number of its conversation and one token to draw. */
    feed(
      requests: readonly {
        readonly prompt: readonly number[];
        readonly conversation?: number;
        readonly maxTokens?: number;
      }[],
    ): { readonly fed: readonly number[]; readonly responses: readonly number[][] } {
      fed.length = 0;
      const n = requests.length;
      const job: SampleJob = {
        version,
        prompts: Int32Array.from(requests.flatMap(({ prompt }) => prompt)),
        promptLengths: Int32Array.from(requests, ({ prompt }) => prompt.length),
        maxTokens: Int32Array.from(requests, ({ maxTokens }) => maxTokens ?? 1),
        temperatures: new Float64Array(n).fill(1),
        topPs: new Float64Array(n).fill(1),
        seeds: Float64Array.from(requests, (_, index) => index),
        conversations: Float64Array.from(requests, ({ conversation }) => conversation ?? 0),
        stops: requests.map(() => []),
      };
      const run = sampler.run(job);
      let next = run.next();
      while (next.done !== true) next = run.next();
      let at = 0;
      const responses = Array.from(next.value.lengths, (length) =>
        Array.from(next.value.tokens.subarray(at, (at += length))),
      );
      return { fed: [...fed], responses };
    },
  };
}

describe("a conversation that goes on", () => {
  test("feeds only what is new, the last response's last token with it", () => {
    const { feed } = countingSampler(4);
    const prompt = randomIds(1, 20);
    const first = feed([{ prompt, conversation: 1, maxTokens: 3 }]);
    expect(first.fed).toEqual([20, 1, 1]);
    const longer = [...prompt, ...first.responses[0]!, ...randomIds(2, 5)];
    expect(feed([{ prompt: longer, conversation: 1 }]).fed).toEqual([1 + 5]);
  });

  test("feeds everything again after new parameters", () => {
    const { feed, newParameters } = countingSampler(4);
    const prompt = randomIds(1, 20);
    feed([{ prompt, conversation: 1 }]);
    newParameters();
    expect(feed([{ prompt, conversation: 1 }]).fed).toEqual([20]);
  });

  test("feeds from where it changed its past", () => {
    const { feed } = countingSampler(4);
    const prompt = randomIds(1, 30);
    feed([{ prompt, conversation: 1 }]);
    expect(feed([{ prompt: prompt.with(20, prompt[20]! === 9 ? 10 : 9), conversation: 1 }]).fed).toEqual([10]);
  });

  test("asked for again as it is, feeds its last token alone, which gives the logits", () => {
    const { feed } = countingSampler(4);
    const prompt = randomIds(1, 30);
    const once = feed([{ prompt, conversation: 1 }]);
    const again = feed([{ prompt, conversation: 1 }]);
    expect(again.fed).toEqual([1]);
    expect(again.responses).toEqual(once.responses);
  });
});

describe("prompts that begin alike", () => {
  test("are computed once: the first is fed, the others copy", () => {
    const { feed } = countingSampler(8);
    const prompt = randomIds(1, 25);
    const { fed, responses } = feed(Array.from({ length: 8 }, (_, index) => ({ prompt, conversation: index + 1 })));
    expect(fed).toEqual([25, 7]);
    const { feed: plainly } = countingSampler(1);
    expect(responses).toEqual(
      Array.from(
        { length: 8 },
        (_, seed) => plainly(Array.from({ length: seed + 1 }, () => ({ prompt }))).responses[seed],
      ),
    );
  });

  test("share as much as they have in common", () => {
    const { feed } = countingSampler(8);
    const instructions = randomIds(1, 25);
    const prompts = Array.from({ length: 4 }, (_, index) => ({
      prompt: [...instructions, ...randomIds(10 + index, 6)],
      conversation: index + 1,
    }));
    expect(feed(prompts).fed).toEqual([31, 18]);
    // A new conversation finds the instructions in the rows of others.
    expect(feed([{ prompt: [...instructions, ...randomIds(20, 3)], conversation: 9 }]).fed).toEqual([3]);
  });

  test("but for a few tokens only are computed side by side", () => {
    const { feed } = countingSampler(8);
    const prompts = Array.from({ length: 4 }, (_, index) => ({
      prompt: [...randomIds(1, 4), ...randomIds(10 + index, 4)],
    }));
    expect(feed(prompts).fed).toEqual([32]);
  });
});

describe("rows", () => {
  test("go to those who wait as soon as others end", () => {
    const { feed } = countingSampler(2);
    const requests = [5, 1, 1, 1, 1].map((maxTokens, index) => ({ prompt: randomIds(index, 6), maxTokens }));
    const { fed, responses } = feed(requests);
    expect(responses.map(({ length }) => length)).toEqual([5, 1, 1, 1, 1]);
    expect(fed).toEqual([12, 7, 7, 7, 1]);
  });

  test("are taken from the conversation that was unused longest", () => {
    const { feed } = countingSampler(2);
    const prompts = [1, 2, 3].map((seed) => randomIds(seed, 12));
    feed([{ prompt: prompts[0]!, conversation: 1 }]);
    feed([{ prompt: prompts[1]!, conversation: 2 }]);
    feed([{ prompt: prompts[0]!, conversation: 1 }]);
    expect(feed([{ prompt: prompts[2]!, conversation: 3 }]).fed).toEqual([12]);
    expect(feed([{ prompt: prompts[0]!, conversation: 1 }]).fed).toEqual([1]);
    expect(feed([{ prompt: prompts[1]!, conversation: 2 }]).fed).toEqual([12]);
  });

  test("hold prompts longer than a call takes, piece by piece, with the same result", () => {
    const requests = Array.from({ length: 3 }, (_, index) => ({ prompt: randomIds(index, 40), maxTokens: 4 }));
    const pieces = countingSampler(4, 16).feed(requests);
    expect(Math.max(...pieces.fed)).toBeLessThanOrEqual(16);
    expect(pieces.responses).toEqual(countingSampler(4).feed(requests).responses);
  });
});

test("weights that are not numbers are named as what they are", () => {
  const decoder = new Decoder({ architecture, tokens: 122, rows: 1, capacity: 8 });
  const sampler = new Sampler(decoder, new Float32Array(parameterTable(architecture).size).fill(NaN));
  const job: SampleJob = {
    version: 0,
    prompts: Int32Array.of(7),
    promptLengths: Int32Array.of(1),
    maxTokens: Int32Array.of(1),
    temperatures: Float64Array.of(1),
    topPs: Float64Array.of(1),
    seeds: Float64Array.of(1),
    conversations: Float64Array.of(0),
    stops: [[]],
  };
  expect(() => sampler.run(job).next()).toThrow("weights have diverged");
});
