import type { IterationMetrics, TrainingEvent } from "@gem-ts/trainer-reinforce-rebn";
import { episodeLine } from "../episodes/episode-line.ts";
import { formatClock } from "../format/duration.ts";
import { formatCompact, formatDecimal } from "../format/number.ts";
import { progressBar, sparkline } from "../terminal/sparkline.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { recentMeans } from "./recent-mean.ts";

/** Shows a run while it goes on. */
export interface TrainingProgress {
  hear(event: TrainingEvent): void;
  /** Takes the status line away. */
  end(): void;
}

/** Options of {@link showTraining}. */
export interface ShowTrainingOptions {
  /** Iterations before this session, for a resumed run. */
  readonly known?: readonly IterationMetrics[];
  /** Seconds between lines where no status line can be shown; 5 by default. */
  readonly plainEvery?: number;
  /** When the session must end, as `performance.now()` tells time; none by default. */
  readonly deadline?: number;
}

/**
 * A live line on a terminal, a line every few seconds elsewhere, and now and then an episode. The numbers are means
 * over the last ten iterations.
 */
export function showTraining(terminal: Terminal, options: ShowTrainingOptions = {}): TrainingProgress {
  const iterations: IterationMetrics[] = [...(options.known ?? [])];
  const plainEvery = (options.plainEvery ?? 5) * 1000;
  let total = 0;
  let within = 0;
  let printed = -Infinity;
  let sampled = -1;

  const secondsLeft = (): number => {
    const left = (total - iterations.length - within) * recentMeans(iterations).secondsPerIteration;
    return options.deadline === undefined
      ? left
      : Math.max(0, Math.min(left, (options.deadline - performance.now()) / 1000));
  };
  const redraw = (): void => {
    if (!terminal.interactive || iterations.length === 0) return;
    terminal.status(liveLine(terminal, iterations, within, total, secondsLeft()));
  };
  const printPlain = (metrics: IterationMetrics): void => {
    const now = performance.now();
    const first = printed === -Infinity;
    if (terminal.interactive || (!first && metrics.iteration < total && now - printed < plainEvery)) return;
    printed = now;
    terminal.line(plainLine(iterations, metrics.iteration, total, secondsLeft()));
  };

  return {
    hear(event) {
      switch (event.type) {
        case "run-start":
        case "resumed":
          total = event.config.iterations;
          if (event.type === "resumed") iterations.length = Math.min(iterations.length, event.iteration);
          break;
        case "progress":
          // Collecting takes about half of an iteration; evaluations are not counted.
          within = event.phase === "collect" ? (0.5 * event.done) / event.total : 0;
          if (terminal.interactive && iterations.length === 0) {
            const what = event.phase === "collect" ? `iteration ${event.iteration}` : "evaluation";
            terminal.status(terminal.style("dim", `${what}: ${event.done} of ${event.total} episodes`));
          }
          redraw();
          break;
        case "iteration":
          iterations.push(event.metrics);
          within = 0;
          printPlain(event.metrics);
          redraw();
          break;
        case "episode-sample":
          // One of those that are kept is enough to watch.
          if (sampled === event.iteration) break;
          sampled = event.iteration;
          printSample(terminal, event.iteration, total, event.episode);
          break;
        default:
          break;
      }
    },
    end: () => terminal.status(undefined),
  };
}

function printSample(
  terminal: Terminal,
  iteration: number,
  total: number,
  episode: Parameters<typeof episodeLine>[1],
): void {
  const label = `sample ${String(iteration).padStart(String(total).length)}  `;
  terminal.line(
    `  ${terminal.style("dim", label)}${episodeLine(terminal, episode, terminal.columns - label.length - 2)}`,
  );
}

function liveLine(
  terminal: Terminal,
  iterations: readonly IterationMetrics[],
  within: number,
  total: number,
  left: number,
): string {
  const { style, columns, unicode } = terminal;
  const { success, turns, return: returned, tokensPerSecond } = recentMeans(iterations);
  const roomy = columns >= 104 && unicode;
  const count = `${iterations.length}/${total}`;
  const bar = unicode
    ? `${style("cyan", progressBar((iterations.length + within) / Math.max(1, total), roomy ? 20 : 8))} `
    : "";
  const curve = roomy
    ? ` ${style(
        "green",
        sparkline(
          iterations.map((metrics) => metrics.success),
          14,
          0,
          1,
        ),
      )}`
    : "";
  const parts = [
    `${bar}${style("bold", count)}`,
    `success ${style("bold", formatDecimal(success, 2))}${curve}`,
    `turns ${formatDecimal(turns, 1)}`,
    `return ${formatDecimal(returned, 2)}`,
    style("dim", `${formatCompact(tokensPerSecond)} tok/s`),
    style("dim", `${formatClock(left)} left`),
  ];
  return parts.join("  ");
}

function plainLine(iterations: readonly IterationMetrics[], iteration: number, total: number, left: number): string {
  const { success, turns, return: returned, tokensPerSecond } = recentMeans(iterations);
  const width = String(total).length;
  return [
    `iteration ${String(iteration).padStart(width)}/${total}`,
    `success ${formatDecimal(success, 3)}`,
    `turns ${formatDecimal(turns, 2)}`,
    `return ${formatDecimal(returned, 3)}`,
    `${formatCompact(tokensPerSecond)} tokens/s`,
    `${formatClock(left)} left`,
  ].join("   ");
}
