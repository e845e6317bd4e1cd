import { type EnvPack, GemError, informedPolicy, randomPolicy, rollout, type Seed } from "@gem-ts/core";
import { buildTokenizer, createTinyModel, type Tokenizer, type TinyModel } from "@gem-ts/model-tiny";
import { imitate, type ImitationResult, teacherBatches } from "@gem-ts/trainer-reinforce-rebn";
import { join } from "node:path";
import { type Environment, openEnvironment } from "../environment/open-environment.ts";
import { evaluatePolicy } from "../evaluation/evaluate-player.ts";
import type { Scores } from "../evaluation/scores.ts";
import { formatClock } from "../format/duration.ts";
import { formatCount, formatDecimal } from "../format/number.ts";
import { machineFacts } from "../machine.ts";
import { progressBar } from "../terminal/sparkline.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { writeWhole } from "../write-file.ts";
import { divideBatch, type Lesson, lessons as allLessons } from "./lessons.ts";
import { renderModelCard } from "./model-card.ts";
import { textsOf, transcriptEncoder } from "./transcript.ts";

/** Options of {@link pretrain}. */
export interface PretrainOptions {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly packs: readonly EnvPack[];
  readonly lessons?: readonly Lesson[];
  /** Folder of the checkpoint and its card. */
  readonly folder: string;
  readonly seed: Seed;
  /** Optimiser steps. */
  readonly steps: number;
  /** Episodes of each step. */
  readonly batch: number;
  readonly learningRate: number;
  readonly layers: number;
  /** A multiple of 32; heads are 16 wide. */
  readonly width: number;
  /** Longest conversation in tokens. */
  readonly context: number;
  /** Pieces of the tokenizer. */
  readonly pieces: number;
  /** Held-out episodes of each game for the card. */
  readonly episodes: number;
  readonly workers: number;
  /** Command that makes the same model again. */
  readonly command: string;
}

/** How well the model plays one game, and what that can be measured against. */
export interface LessonScores {
  readonly id: string;
  readonly sloppiness: number;
  readonly sampled: Scores;
  readonly greedy: Scores;
  readonly random: Scores;
  readonly informed: Scores;
}

/** What {@link pretrain} returns. */
export interface PretrainResult {
  readonly folder: string;
  readonly parameters: number;
  readonly loss: number;
  /** Wall-clock time of imitation and evaluation. */
  readonly seconds: number;
  readonly scores: readonly LessonScores[];
}

interface OpenLesson extends Lesson {
  readonly environment: Environment;
}

/**
 * Makes a base model: a tokenizer from transcripts, fresh weights, imitation of sloppy teachers, scores on held-out
 * episodes, and a folder with checkpoint and card. `undefined` when the signal stopped it; nothing is written then.
 *
 * @throws GemError `bad-config` for sizes that cannot be, `io-failed`.
 */
export async function pretrain(options: PretrainOptions): Promise<PretrainResult | undefined> {
  const { terminal, packs, folder, seed, signal } = options;
  const started = performance.now();
  const lessons = (options.lessons ?? allLessons).map((lesson): OpenLesson => ({
    ...lesson,
    environment: openEnvironment({ id: lesson.id, packs, style: "compact" }),
  }));
  if (options.width % 32 !== 0)
    throw new GemError("bad-option", `width must be a multiple of 32, got ${options.width}`);
  // A folder that cannot be written should say so before the work, not after it.
  await writeWhole(join(folder, "README.md"), "This base model is being made.\n");
  const tokenizer = await learnPieces(lessons, options);
  await using model = await createTinyModel({
    name: "tiny-base",
    architecture: { layers: options.layers, width: options.width, heads: options.width / 16, context: options.context },
    tokenizer,
    seed,
    workers: options.workers,
  });
  terminal.line(
    `${formatCount(model.info.parameters)} parameters: ${options.layers} layers, width ${options.width}, context ${options.context}, ${tokenizer.size} tokens`,
  );
  for (const notice of model.info.notices) terminal.line(terminal.style("yellow", notice));
  const imitated = await imitateTeachers(model, lessons, options);
  if (imitated.outcome === "aborted") return undefined;
  const scores = await scoreLessons(model, lessons, options);
  if (scores === undefined || signal.aborted) return undefined;
  await model.save(folder, { optimizer: false });
  const seconds = (performance.now() - started) / 1000;
  const result: PretrainResult = { folder, parameters: model.info.parameters, loss: imitated.loss, seconds, scores };
  await writeWhole(
    join(folder, "README.md"),
    renderModelCard({ ...options, tokens: tokenizer.size, machine: machineFacts() }, result),
  );
  return result;
}

/** Learns the tokenizer's pieces from random and informed play of every lesson. */
async function learnPieces(
  lessons: readonly OpenLesson[],
  { seed, pieces, signal }: PretrainOptions,
): Promise<Tokenizer> {
  const texts: string[] = [];
  for (const { environment } of lessons) {
    for (const policy of [randomPolicy(), informedPolicy({ sloppiness: 0.3 })]) {
      for await (const episode of rollout({
        env: () => environment.make(),
        policy,
        episodes: 40,
        seed,
        order: "index",
        signal,
      }))
        texts.push(...textsOf(episode));
    }
  }
  return buildTokenizer(texts, { pieces });
}

async function imitateTeachers(
  model: TinyModel,
  lessons: readonly OpenLesson[],
  options: PretrainOptions,
): Promise<ImitationResult> {
  const { terminal, seed, steps, batch, learningRate, signal } = options;
  const counts = divideBatch(lessons, batch);
  const encode = transcriptEncoder(model);
  const teachers = lessons.map(({ environment, sloppiness }, index) =>
    teacherBatches({
      env: () => environment.make(),
      teacher: informedPolicy({ sloppiness }),
      encode,
      episodes: counts[index]!,
      seed: seed + index,
    }),
  );
  const started = performance.now();
  let printed = started;
  let recent = Number.NaN;
  try {
    return await imitate({
      model,
      batch: async (step) => (await Promise.all(teachers.map((teach) => teach(step)))).flat(),
      steps,
      learningRate,
      signal,
      onStep({ step, loss }) {
        recent = Number.isNaN(recent) ? loss : 0.95 * recent + 0.05 * loss;
        const done = step + 1;
        const now = performance.now();
        const left = (((now - started) / done) * (steps - done)) / 1000;
        const words = `loss ${formatDecimal(recent, 4)}  ${formatClock(left)} left`;
        if (terminal.interactive) {
          terminal.status(
            `${terminal.style("cyan", progressBar(done / steps, 20))} ${terminal.style("bold", `${done}/${steps}`)}  ${words}`,
          );
        } else if (done === steps || now - printed > 5000) {
          printed = now;
          terminal.line(`step ${done}/${steps}  ${words}`);
        }
      },
    });
  } finally {
    terminal.status(undefined);
  }
}

async function scoreLessons(
  model: TinyModel,
  lessons: readonly OpenLesson[],
  options: PretrainOptions,
): Promise<LessonScores[] | undefined> {
  const { terminal, episodes, signal } = options;
  const all: LessonScores[] = [];
  for (const { id, sloppiness, environment } of lessons) {
    const players = [
      model.policy({ temperature: 1 }),
      model.policy({ temperature: 0 }),
      randomPolicy(),
      informedPolicy(),
    ];
    const scores: Scores[] = [];
    for (const policy of players) {
      const played = await evaluatePolicy({
        environment,
        policy,
        episodes,
        seed: 0,
        signal,
        onProgress: (done, total) => terminal.status(terminal.style("dim", `${id}: ${done} of ${total} episodes`)),
      });
      terminal.status(undefined);
      if (played === undefined) return undefined;
      scores.push(played.scores);
    }
    const [sampled, greedy, random, informed] = scores as [Scores, Scores, Scores, Scores];
    all.push({ id, sloppiness, sampled, greedy, random, informed });
  }
  return all;
}
