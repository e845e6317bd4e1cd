/**
 * Runs a benchmark: a table for people, or with `--json` one JSON object and nothing else on stdout.
 *
 *     pnpm bench model-tiny [--json]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { messageOf } from "@gem-ts/core";
import { benchmarks } from "./benchmarks.ts";
import { formatTable } from "./report.ts";
import { runBenchmark } from "./run-benchmark.ts";

try {
  const { values, positionals } = parseArgs({ options: { json: { type: "boolean" } }, allowPositionals: true });
  const [name = ""] = positionals;
  if (positionals.length !== 1) {
    throw new Error(`Name one benchmark: pnpm bench NAME [--json]. There are: ${Object.keys(benchmarks).join(", ")}.`);
  }
  const report = await runBenchmark(name, benchmarks, fileURLToPath(new URL("../results", import.meta.url)));
  console.log(values.json === true ? JSON.stringify(report) : formatTable(report));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
