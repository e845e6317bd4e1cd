import type { BenchRow } from "./report.ts";

/** Measures something. Prints nothing on stdout: the harness does. */
export type Benchmark = () => Promise<BenchRow[]>;

/** Every benchmark by name. Each loads its code when it runs, so that one does not weigh on another. */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  "model-tiny": async () => (await import("./model-tiny.ts")).modelTiny(),
};
