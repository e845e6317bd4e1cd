/**
 * Speed of the decoder on one core, in tokens per CPU-second.
 *
 *     taskset -c 1 node packages/model-tiny/bench/decoder.ts [relaxed|plain] [rounds]
 */
import { type Architecture, parameterTable } from "../src/architecture.ts";
import { Decoder } from "../src/kernels/decoder.ts";
import type { KernelBuild } from "../src/kernels/kernel-build.ts";

const build = (process.argv[2] ?? "auto") as KernelBuild | "auto";
const rounds = Number(process.argv[3] ?? 8);

/** A generator of uniform numbers, enough for a benchmark. */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

function randomParameters(architecture: Architecture): Float32Array {
  const next = uniforms(1);
  const table = parameterTable(architecture);
  const flat = new Float32Array(table.size);
  for (const { offset, size, init } of table.slots) {
    for (let i = offset; i < offset + size; i++) {
      flat[i] = init === "ones" ? 1 : (next() + next() + next() - 1.5) * 2 * 3 * (init || 0.02);
    }
  }
  return flat;
}

/** CPU-seconds that each of `rounds` runs takes, in rising order; two runs before them are not counted. */
function measure(run: () => void): number[] {
  const seconds: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) seconds.push((user + system) / 1e6);
  }
  return seconds.toSorted((a, b) => a - b);
}

function report(name: string, seconds: number[], tokens: number): void {
  const show = (s: number): string => `${(s * 1e3).toFixed(1)} ms (${Math.round(tokens / s)} tokens/s)`;
  console.log(`${name.padEnd(44)} median ${show(seconds[seconds.length >> 1]!)}, best ${show(seconds[0]!)}`);
}

/** `steps` decode steps from an empty cache with sampling. */
function decode(architecture: Architecture, rows: number, steps: number, topP: number): void {
  const decoder = new Decoder({ architecture, rows, capacity: rows, tokens: 100, build });
  decoder.setParameters(randomParameters(architecture));
  const next = uniforms(2);
  const tokens = new Int32Array(rows);
  const names = Int32Array.from({ length: rows }, (_, i) => i);
  const seconds = measure(() => {
    for (let row = 0; row < rows; row++) decoder.truncate(row);
    for (let step = 0; step < steps; step++) {
      decoder.forward({ tokens, rows: names });
      for (let index = 0; index < rows; index++) tokens[index] = decoder.sample({ index, uniform: next(), topP }).token;
    }
  });
  const { layers, width } = architecture;
  report(`decode L${layers} D${width} B${rows} ${steps} steps topP ${topP}`, seconds, rows * steps);
}

/** `episodes` of `turns` turns of 6 observation tokens and 4 sampled ones; the last action goes with the next chunk. */
function episodes(architecture: Architecture, count: number, turns: number): void {
  const decoder = new Decoder({ architecture, rows: count, capacity: count * 7, wanted: count, tokens: 100, build });
  decoder.setParameters(randomParameters(architecture));
  const next = uniforms(3);
  const action = new Int32Array(count);
  const names = Int32Array.from({ length: count }, (_, i) => i);
  const chunk = (length: number): { tokens: Int32Array; rows: Int32Array; wanted: Int32Array } => ({
    tokens: new Int32Array(count * length),
    rows: Int32Array.from({ length: count * length }, (_, i) => Math.floor(i / length)),
    wanted: Int32Array.from({ length: count }, (_, i) => i * length + length - 1),
  });
  const chunks = [chunk(6), chunk(7)] as const;
  const seconds = measure(() => {
    for (let row = 0; row < count; row++) decoder.truncate(row);
    for (let turn = 0; turn < turns; turn++) {
      const list = chunks[turn === 0 ? 0 : 1];
      const length = turn === 0 ? 6 : 7;
      for (let i = 0; i < list.tokens.length; i++) list.tokens[i] = (i * 7 + turn) % 100;
      if (turn > 0) for (let row = 0; row < count; row++) list.tokens[row * length] = action[row]!;
      for (let step = 0; step < 4; step++) {
        decoder.forward(step === 0 ? list : { tokens: action, rows: names });
        for (let index = 0; index < count; index++) action[index] = decoder.sample({ index, uniform: next() }).token;
      }
    }
  });
  const { layers, width } = architecture;
  report(`episodes L${layers} D${width} ${count} x ${turns} x (6 + 4)`, seconds, count * turns * 10);
}

const small: Architecture = { layers: 2, width: 64, heads: 4, context: 64, vocabulary: 128 };
const large: Architecture = { layers: 4, width: 128, heads: 4, context: 128, vocabulary: 128 };
for (const rows of [1, 8, 32, 128]) decode(large, rows, 128, 1);
decode(large, 32, 128, 0.9);
for (const rows of [1, 8, 32, 128]) decode(small, rows, 64, 1);
episodes(small, 64, 6);
episodes({ ...large, context: 64 }, 64, 6);
const parameters = randomParameters(large);
const decoder = new Decoder({ architecture: large, rows: 1, capacity: 1, tokens: 100, build });
report(
  "pack weights L4 D128",
  measure(() => decoder.setParameters(parameters)),
  1,
);
