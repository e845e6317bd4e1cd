import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Benchmark } from "../src/benchmarks.ts";
import { type BenchReport, formatTable } from "../src/report.ts";
import { runBenchmark } from "../src/run-benchmark.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "results-"));
});
afterEach(() => rm(folder, { recursive: true }));

const addition: Benchmark = async () => [
  { case: "1 + 1", metric: "sums", value: 12_345.678, unit: "1/s", reference: 6000, ratio: 2.0576 },
];

describe("a benchmark", () => {
  it("is kept with what is needed to judge it", async () => {
    const report = await runBenchmark("addition", { addition }, folder);
    expect(JSON.parse(await readFile(join(folder, "addition.json"), "utf8"))).toEqual(report);
    expect(report).toMatchObject({ name: "addition", rows: await addition() });
    expect(report.machine.cores).toBeGreaterThan(0);
    expect(report.machine.memoryGigabytes).toBeGreaterThan(0);
    expect(new Date(report.machine.date).getTime()).toBeGreaterThan(Date.parse("2026-01-01"));
    expect(report.commit).toMatch(/^([0-9a-f]{12}(-dirty)?|unknown)$/);
  });

  it("that does not exist is refused with the nearest name", async () => {
    await expect(runBenchmark("adition", { addition }, folder)).rejects.toThrow(/no benchmark "adition".*addition/);
    await expect(runBenchmark("toString", { addition }, folder)).rejects.toThrow("no benchmark");
  });
});

describe("the table", () => {
  const machine = {
    cpu: "Z80",
    cores: 1,
    memoryGigabytes: 1,
    platform: "cpm-z80 2.2",
    node: "24.21.0",
    date: "2026-11-22T10:00:00.000Z",
  };

  it("lines up, and leaves out columns that nobody fills", () => {
    const report: BenchReport = {
      name: "addition",
      machine,
      commit: "0123456789ab",
      rows: [
        { case: "1 + 1", metric: "sums", value: 12_345.678, unit: "1/s", spread: [11_000, 13_000.5] },
        { case: "10 + 10", metric: "time", value: 0.081_713, unit: "ms" },
      ],
    };
    expect(formatTable(report)).toBe(
      [
        "addition at 0123456789ab, 2026-11-22",
        "Z80, 1 cores, 1 GB, cpm-z80 2.2, Node 24.21.0",
        "",
        "case     metric    value  unit  spread",
        "1 + 1    sums     12,346  1/s   11,000 to 13,001",
        "10 + 10  time    0.08171  ms",
      ].join("\n"),
    );
  });
});

describe("the command", () => {
  const run = (...args: string[]) =>
    new Promise<{ code: number | string | null | undefined; stdout: string; stderr: string }>((resolve) => {
      const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
      execFile(process.execPath, [main, ...args], (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });

  it.each([[["no-such-thing"]], [[]], [["--jsn"]]])("called with %j says what there is and fails", async (args) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(args[0] === "--jsn" ? /jsn/ : /model-tiny/);
    expect(stderr).not.toContain("    at ");
  });
});
