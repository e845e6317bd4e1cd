import type { Datum } from "@gem-ts/core";
import { createRng } from "@gem-ts/core";
import { createTinyModel, createTokenizer, type TinyModel } from "@gem-ts/model-tiny";
import type { BenchRow } from "./report.ts";

/** 4 layers, width 128, 4 heads, 128 tokens, vocabulary 128: the network that the references were measured with. */
const LARGE = { layers: 4, width: 128, heads: 4, context: 128, vocabulary: 128 } as const;
/** The size that the study trains. */
const SMALL = { layers: 2, width: 64, heads: 4, context: 64, vocabulary: 128 } as const;
const BATCH = 32;

/** Throughput of the embedded model: training, sampling, two workers, whole episodes; and how far sampler and trainer agree. */
export async function modelTiny(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  {
    await using model = await createTinyModel({ architecture: LARGE, tokenizer: createTokenizer(), seed: 1 });
    rows.push(await train(model), await sample(model), await agreement(model));
  }
  rows.push(...(await twoWorkers()));
  {
    await using model = await createTinyModel({ architecture: SMALL, tokenizer: createTokenizer(), seed: 1 });
    rows.push(await episodes(model));
  }
  return rows;
}

/** Forward, backward and Adam on 32 x 128 tokens in one thread. Reference: PyTorch 1.13 on one core. */
async function train(model: TinyModel): Promise<BenchRow> {
  const data = batch(2);
  const rates: number[] = [];
  await repeat(5, 15, async (measured) => {
    const { cpu } = await timed(() => trainStep(model, data));
    if (measured) rates.push((BATCH * LARGE.context) / cpu);
  });
  return row("train", "tokens_per_cpu_s", "tokens/s", rates, { reference: 8640 });
}

/** 32 responses of 127 tokens from an empty cache, draws included, in one thread. */
async function sample(model: TinyModel): Promise<BenchRow> {
  const maxTokens = LARGE.context - 1;
  const rates: number[] = [];
  await repeat(3, 11, async (measured, round) => {
    const { cpu } = await timed(() =>
      Promise.all(
        Array.from({ length: BATCH }, (_, index) =>
          model.sample({ prompt: [6 + index], maxTokens, stop: [], seed: round * BATCH + index }),
        ),
      ),
    );
    if (measured) rates.push((BATCH * maxTokens) / cpu);
  });
  return row("sample", "tokens_per_cpu_s", "tokens/s", rates, { reference: 12500 });
}

/** Largest difference between a log-probability at sampling and in the training graph, over ragged sequences. */
async function agreement(model: TinyModel): Promise<BenchRow> {
  const rng = createRng(5);
  // Large steps first: fresh weights give nearly equal logits, on which any two engines agree.
  for (let step = 0; step < 8; step++) {
    await model.forwardBackward(batch(100 + step), { kind: "cross-entropy" });
    await model.optimStep({ learningRate: 1e-2, clipNorm: 1 });
  }
  const prompts = Array.from({ length: BATCH }, () => Array.from({ length: rng.int(1, 60) }, () => rng.int(6, 118)));
  const samples = await Promise.all(
    prompts.map((prompt, seed) => model.sample({ prompt, maxTokens: rng.int(1, 60), stop: [], seed })),
  );
  const logprobs = await model.logprobs(prompts.map((prompt, index) => [...prompt, ...samples[index]!.tokens]));
  let worst = 0;
  samples.forEach((drawn, index) => {
    drawn.logprobs.forEach((logprob, place) => {
      worst = Math.max(worst, Math.abs(logprob - logprobs[index]![prompts[index]!.length + place]!));
    });
  });
  return row("logprob-agreement", "max_abs_difference", "nats", [worst], { reference: 1e-5, lessIsBetter: true });
}

/**
 * Wall time of one worker over that of two, on the same batch; it needs two idle cores. Two more numbers tell how to
 * read it: the CPU time of two over that of one is what the second costs whatever else the machine does, and two models
 * of one worker each that make a step at the same time show what the machine gives to two threads that share no work
 * (cores share memory, and often execution units: 2 is out of reach for anybody then).
 */
async function twoWorkers(): Promise<BenchRow[]> {
  const make = (workers: number): Promise<TinyModel> =>
    createTinyModel({ architecture: LARGE, tokenizer: createTokenizer(), seed: 1, workers });
  await using one = await make(1);
  await using other = await make(1);
  await using two = await make(2);
  const data = batch(3);
  const ways = [
    () => trainStep(one, data),
    () => trainStep(two, data),
    () => Promise.all([trainStep(one, data), trainStep(other, data)]),
  ];
  const speedups: number[] = [];
  const costs: number[] = [];
  const limits: number[] = [];
  // All take turns within a round, so that other load on the machine meets them alike, and each comes first as often as
  // the others. A round's ratios are of its own times.
  await repeat(3, 24, async (measured, round) => {
    const times: { readonly wall: number; readonly cpu: number }[] = [];
    for (let turn = 0; turn < ways.length; turn++) {
      const way = (round + turn) % ways.length;
      times[way] = await timed(ways[way]!);
    }
    if (!measured) return;
    const [alone, together, apart] = times;
    speedups.push(alone!.wall / together!.wall);
    costs.push(together!.cpu / alone!.cpu);
    limits.push((2 * alone!.wall) / apart!.wall);
  });
  return [
    row("two-workers", "speedup", "x", speedups, { reference: 2 }),
    row("two-workers", "cpu_ratio", "x", costs, { reference: 1, lessIsBetter: true }),
    row("two-workers", "speedup_of_separate_models", "x", limits, { reference: 2 }),
  ];
}

/** 64 episodes of 6 turns, each of 6 tokens read and 4 sampled. CPU time, all of it in one thread. */
async function episodes(model: TinyModel): Promise<BenchRow> {
  const rng = createRng(7);
  const observation = (): number[] => Array.from({ length: 6 }, () => rng.int(6, 118));
  const times: number[] = [];
  await repeat(5, 25, async (measured, round) => {
    const prompts = Array.from({ length: 64 }, (): number[] => []);
    const { cpu } = await timed(async () => {
      for (let turn = 0; turn < 6; turn++) {
        const samples = await Promise.all(
          prompts.map((prompt, episode) => {
            prompt.push(...observation());
            const seed = (round * 6 + turn) * 64 + episode;
            return model.sample({ prompt, maxTokens: 4, stop: [], seed, conversation: `${round}/${episode}` });
          }),
        );
        samples.forEach(({ tokens }, episode) => prompts[episode]!.push(...tokens));
      }
    });
    if (measured) times.push(1000 * cpu);
  });
  return row("episodes", "ms", "ms", times, { reference: 30, lessIsBetter: true });
}

async function trainStep(model: TinyModel, data: readonly Datum[]): Promise<void> {
  await model.forwardBackward(data, { kind: "cross-entropy" });
  await model.optimStep({ learningRate: 1e-4 });
}

/** 32 sequences of 128 random tokens, whose gradient is that of the mean. */
function batch(seed: number): Datum[] {
  const rng = createRng(seed);
  const weights = new Float32Array(LARGE.context).fill(1 / (BATCH * LARGE.context));
  return Array.from({ length: BATCH }, () => ({
    tokens: Int32Array.from({ length: LARGE.context }, () => rng.int(6, 118)),
    weights,
  }));
}

/** Runs `work` so many times to warm up, then `runs` times to measure. */
async function repeat(
  warmUp: number,
  runs: number,
  work: (measured: boolean, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < warmUp + runs; round++) await work(round >= warmUp, round);
}

/** Seconds by the clock, and seconds of CPU time of the whole process, all threads. */
async function timed(work: () => Promise<unknown>): Promise<{ readonly wall: number; readonly cpu: number }> {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

function row(
  name: string,
  metric: string,
  unit: string,
  values: readonly number[],
  { reference, lessIsBetter = false }: { readonly reference: number; readonly lessIsBetter?: boolean },
): BenchRow {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[sorted.length >> 1]!;
  const ratio = lessIsBetter ? reference / value : value / reference;
  return { case: name, metric, value, unit, reference, ratio, spread: [sorted[0]!, sorted.at(-1)!] };
}
