import { createEpisode } from "@gem-ts/core";
import type { IterationMetrics, TrainingEvent } from "@gem-ts/trainer-reinforce-rebn";
import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createTerminal,
  episodeLine,
  printEpisode,
  renderTable,
  showTraining,
  sparkline,
  type Terminal,
  wrapText,
} from "../src/index.ts";

/** A stream that remembers what was written to it. */
function recorder(isTTY: boolean, columns = 120): { readonly stream: NodeJS.WriteStream; text(): string } {
  const chunks: string[] = [];
  const stream = new PassThrough() as unknown as NodeJS.WriteStream & { isTTY: boolean; columns: number };
  stream.on("data", (chunk) => chunks.push(String(chunk)));
  stream.isTTY = isTTY;
  stream.columns = columns;
  stream.getColorDepth = WriteStream.prototype.getColorDepth;
  return { stream, text: () => chunks.join("") };
}

/** What a terminal shows at the end: carriage returns and line clearing carried out. */
function screen(text: string): string[] {
  return text.split("\n").map((line) => line.slice(line.lastIndexOf("\u001b[2K") + 1).replace(/^\[2K/, ""));
}

beforeEach(() => {
  vi.stubEnv("NO_COLOR", "1");
  vi.stubEnv("FORCE_COLOR", undefined);
  vi.stubEnv("TERM", "xterm-256color");
});
afterEach(() => vi.unstubAllEnvs());

describe("a terminal", () => {
  test("keeps one line below all others", () => {
    const { stream, text } = recorder(true);
    const terminal = createTerminal(stream);
    terminal.status("working");
    terminal.line("first");
    terminal.status("still working");
    terminal.line("second");
    terminal.status(undefined);
    terminal.line("done");
    expect(screen(text())).toEqual(["first", "second", "done", ""]);
  });

  test("cuts a status that would wrap", () => {
    const { stream, text } = recorder(true, 20);
    createTerminal(stream).status("x".repeat(50));
    expect(text()).toBe(`\r\u001b[2K${"x".repeat(18)}…`);
  });

  test("prints no status and no escape sequences into a pipe", () => {
    const { stream, text } = recorder(false);
    const terminal = createTerminal(stream);
    terminal.status("working");
    terminal.line(terminal.style("red", "line"));
    expect(text()).toBe("line\n");
  });

  test("has colours on a terminal, unless NO_COLOR or headless says otherwise", () => {
    const red = (options: Parameters<typeof createTerminal>[1] = {}): string =>
      createTerminal(recorder(true).stream, options).style("red", "x");
    expect(red()).toBe("x");
    // A CI server speaks against colours, too.
    for (const name of ["NO_COLOR", "NODE_DISABLE_COLORS", "CI"]) vi.stubEnv(name, undefined);
    expect(red()).toBe("\u001b[31mx\u001b[39m");
    expect(red({ interactive: false })).toBe("x");
  });
});

describe("tables and text", () => {
  const terminal = createTerminal(recorder(false).stream);

  test("a table aligns its columns by what can be seen", () => {
    const rows = [
      ["a", "1.5"],
      ["longer", "\u001b[1m10.25\u001b[22m"],
    ];
    expect(renderTable(terminal, [{ title: "name" }, { title: "value", align: "right" }], rows)).toEqual([
      "name     value",
      "──────────────",
      "a          1.5",
      "longer   \u001b[1m10.25\u001b[22m",
    ]);
  });

  test("long lines break at spaces, boards stay as they are", () => {
    expect(wrapText("one two three four five six", 20)).toEqual(["one two three four", "five six"]);
    expect(wrapText(". . #\n. # .", 20)).toEqual([". . #", ". # ."]);
    expect(wrapText("x".repeat(45), 20)).toEqual(["x".repeat(20), "x".repeat(20), "x".repeat(5)]);
  });

  test("a sparkline spans its range", () => {
    expect(sparkline([0, 0.5, 1], 10, 0, 1)).toBe("▁▅█");
    expect(sparkline([0, 0, 1, 1], 2, 0, 1)).toBe("▁█");
  });
});

const episode = createEpisode({
  env: "test:Env-v0",
  seed: 4,
  config: {},
  policy: "tiny",
  turns: [
    { observation: "guess", action: "\\boxed{25}", reward: 0, event: "higher" },
    { observation: "higher", action: "\u001b[2Jgotcha\u0007", reward: 1, event: "win" },
  ],
  finalObservation: "win",
  outcome: "terminated",
  success: true,
});

describe("an episode", () => {
  test("fits on one line", () => {
    const terminal = createTerminal(recorder(false).stream);
    expect(episodeLine(terminal, episode)).toBe("25 → higher  \\x1b[2Jgotcha\\x… → win  won in 2 turns");
    expect(episodeLine(terminal, episode, 30)).toBe("…  won in 2 turns");
  });

  test("cannot send escape sequences to the terminal that shows it", () => {
    const { stream, text } = recorder(false);
    printEpisode(createTerminal(stream), episode);
    expect(text()).not.toContain("\u001b");
    expect(text()).not.toContain("\u0007");
    expect(text()).toContain("\\x1b[2Jgotcha\\x07");
    expect(text()).toContain("won in 2 turns, return +1.00");
  });
});

describe("the progress of a training", () => {
  const events = (count: number): TrainingEvent[] => [
    { type: "run-start", folder: "run", model: "tiny", config: { iterations: count } as never },
    ...Array.from({ length: count }, (_, index): TrainingEvent => ({ type: "iteration", metrics: metrics(index + 1) })),
    { type: "episode-sample", iteration: count, episode },
    { type: "episode-sample", iteration: count, episode },
  ];
  const metrics = (iteration: number): IterationMetrics =>
    ({
      iteration,
      success: 0.5,
      turns: 6,
      return: 0.9,
      time: { seconds: 2, tokensPerSecond: 18_400 },
    }) as IterationMetrics;
  const show = (terminal: Terminal, count: number): void => {
    const progress = showTraining(terminal);
    for (const event of events(count)) progress.hear(event);
    progress.end();
  };

  test("is the first and the last line at least in a pipe, with one sample an iteration", () => {
    const { stream, text } = recorder(false);
    show(createTerminal(stream), 12);
    expect(text().split("\n")).toEqual([
      "iteration  1/12   success 0.500   turns 6.00   return 0.900   18.4k tokens/s   0:22 left",
      "iteration 12/12   success 0.500   turns 6.00   return 0.900   18.4k tokens/s   0:00 left",
      "  sample 12  25 → higher  \\x1b[2Jgotcha\\x… → win  won in 2 turns",
      "",
    ]);
  });

  test("is one changing line on a terminal", () => {
    const { stream, text } = recorder(true);
    show(createTerminal(stream), 3);
    expect(text()).toContain("3/3  success 0.50 ▅▅▅  turns 6.0  return 0.90  18.4k tok/s  0:00 left");
    expect(text()).toContain("█████");
    expect(screen(text())).toEqual(["  sample 3  25 → higher  \\x1b[2Jgotcha\\x… → win  won in 2 turns", ""]);
  });
});
