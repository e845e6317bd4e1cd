import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { didYouMean, GemError } from "@gem-ts/core";
import type { Benchmark } from "./benchmarks.ts";
import { currentCommit, machineFacts } from "./machine.ts";
import type { BenchReport } from "./report.ts";

/**
 * Runs one benchmark and keeps its report as `<folder>/<name>.json`.
 *
 * @throws `unknown-id` if there is no benchmark of that name.
 */
export async function runBenchmark(
  name: string,
  benchmarks: Readonly<Record<string, Benchmark>>,
  folder: string,
): Promise<BenchReport> {
  const names = Object.keys(benchmarks);
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (benchmark === undefined) {
    const hint = [didYouMean(name, names), `There are: ${names.join(", ")}.`].filter(Boolean).join(" ");
    throw new GemError("unknown-id", `There is no benchmark "${name}". ${hint}`);
  }
  const machine = machineFacts();
  const report: BenchReport = { name, machine, commit: currentCommit(), rows: await benchmark() };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
  return report;
}
