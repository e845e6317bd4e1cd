import { textOf } from "../content.ts";
import type { AnyEnv } from "../env.ts";
import { GemError, messageOf } from "../error.ts";
import { findNonJson } from "../json.ts";
import { configSchema } from "../schema.ts";
import { hostileActions } from "./hostile-actions.ts";
import type { Subject } from "./subject.ts";
import { type Transcript, transcribe } from "./transcript.ts";

/** A check returns what is wrong, or nothing. */
type Check = (subject: Subject) => Promise<string | undefined>;

const random = (env: AnyEnv): string => env.randomAction();
const best = (env: AnyEnv): string => env.oracle() ?? env.randomAction();

/** Every check, by name, in the order they run. */
export const CHECKS: Readonly<Record<string, Check>> = {
  "config-schema": async ({ definition }) => {
    const schema = configSchema(definition);
    return schema["type"] === "object" ? undefined : "the configuration must be an object (z.object({ ... }))";
  },

  "reset-shows-a-task": async ({ make, definition, seeds }) => {
    for (const style of definition.styles ?? ["full"]) {
      const { observation, info } = await make(style).reset({ seed: seeds[0]! });
      if (textOf(observation).trim() === "") return `the ${style} instructions are empty`;
      if (info.seed !== seeds[0]) return "reset must report the seed it was given";
    }
    return undefined;
  },

  "same-seed-same-episode": async ({ make, seeds }) => {
    for (const seed of seeds) {
      const one = await transcribe(make(), random, seed);
      const two = await transcribe(make(), random, seed);
      const difference = firstDifference(one, two);
      if (difference !== undefined)
        return `two plays of seed ${seed} differ ${difference}; draw all randomness from context.rng`;
    }
    return undefined;
  },

  "other-seed-other-episode": async ({ make, definition, seeds }) => {
    if (definition.fixedStart === true) return undefined;
    const starts = new Set<string>();
    for (const seed of seeds) {
      const env = make();
      await env.reset({ seed });
      const { config, state } = env.snapshot();
      starts.add(JSON.stringify([config, state]));
    }
    return starts.size > 1 || seeds.length < 2
      ? undefined
      : `${seeds.length} seeds gave one and the same start; use context.rng in start(), or declare fixedStart: true`;
  },

  "no-other-randomness": async ({ make, seeds }) => {
    const used = new Set<string>();
    const { random: originalRandom } = Math;
    const { now } = Date;
    try {
      Math.random = () => {
        used.add("Math.random");
        return originalRandom();
      };
      Date.now = () => {
        used.add("Date.now");
        return now();
      };
      for (const seed of seeds) await transcribe(make(), random, seed);
    } finally {
      Math.random = originalRandom;
      Date.now = now;
    }
    return used.size === 0 ? undefined : `it calls ${[...used].join(" and ")}; use context.rng`;
  },

  "state-is-json": async ({ make, seeds }) => {
    for (const seed of seeds) {
      for (const snapshot of (await transcribe(make(), random, seed)).snapshots) {
        const path = findNonJson(snapshot.state) ?? findNonJson(snapshot.config);
        if (path !== undefined) return `the state holds something that JSON loses, at ${path}`;
      }
    }
    return undefined;
  },

  "snapshot-round-trip": async ({ make, seeds }) => {
    for (const seed of seeds.slice(0, 5)) {
      const told = await transcribe(make(), random, seed);
      for (let turn = 0; turn < told.steps.length; turn++) {
        const env = make();
        env.restore(JSON.parse(JSON.stringify(told.snapshots[turn])));
        if (env.randomAction() !== told.actions[turn])
          return `after restoring turn ${turn} of seed ${seed} the random action differs`;
        const again = await env.step(told.actions[turn]!);
        if (!equal(again, told.steps[turn]))
          return `after restoring turn ${turn} of seed ${seed} the next step differs`;
        if (!equal(env.snapshot(), told.snapshots[turn + 1]))
          return `after restoring turn ${turn} of seed ${seed} the next state differs`;
      }
    }
    return undefined;
  },

  "forks-are-independent": async ({ make, seeds }) => {
    for (const seed of seeds.slice(0, 5)) {
      const env = make();
      await env.reset({ seed });
      for (let turn = 0; turn < 1000 && env.status === "running"; turn++) {
        const before = JSON.stringify(env.snapshot());
        const twin = env.fork();
        const action = twin.randomAction();
        const there = await twin.step(action);
        if (JSON.stringify(env.snapshot()) !== before)
          return `a step of a fork changed the original (seed ${seed}, turn ${turn}); keep all state in the state object`;
        if (env.randomAction() !== action)
          return `a fork draws other random actions than its original (seed ${seed}, turn ${turn})`;
        if (!equal(await env.step(action), there))
          return `a fork and its original step differently (seed ${seed}, turn ${turn})`;
      }
    }
    return undefined;
  },

  "styles-agree": async ({ make, definition, seeds }) => {
    for (const style of definition.styles ?? []) {
      for (const seed of seeds.slice(0, 5)) {
        const full = await transcribe(make("full"), random, seed);
        const other = await transcribe(make(style), (_env, turn) => full.actions[turn]!, seed);
        const same = full.steps.every((step, turn) => {
          const twin = other.steps[turn];
          return (
            twin !== undefined &&
            step.reward === twin.reward &&
            step.info.event === twin.info.event &&
            step.terminated === twin.terminated
          );
        });
        if (!same) return `the ${style} style plays other rewards or events than the full one (seed ${seed})`;
        if (
          !equal(
            full.snapshots.map(({ state }) => state),
            other.snapshots.map(({ state }) => state),
          )
        ) {
          return `the ${style} style leads to other states than the full one (seed ${seed})`;
        }
      }
    }
    return undefined;
  },

  "steps-keep-the-contract": async ({ make, definition, seeds }) => {
    for (const seed of seeds) {
      const told = await transcribe(make(), random, seed);
      const last = told.steps.at(-1)!;
      for (const [turn, step] of told.steps.entries()) {
        if (!Object.hasOwn(definition.events, step.info.event))
          return `event "${step.info.event}" is not in the definition's list`;
        if (step.info.event === "format_error")
          return `randomAction gave a format error: ${JSON.stringify(told.actions[turn])}`;
        if (step.terminated && step.truncated)
          return `turn ${turn} is both terminated and truncated; one cause has one flag`;
      }
      if (!last.terminated && !last.truncated)
        return "an episode of 1,000 random turns did not end; give the task a turn cap";
      if (typeof last.info.success !== "boolean") return "the last step must set success";
      const total = sum(told);
      const { returns } = definition;
      if (returns !== undefined && (total < returns.min - 1e-9 || total > returns.max + 1e-9)) {
        return `random play returned ${total}, outside the declared ${returns.min} to ${returns.max} (seed ${seed})`;
      }
    }
    return undefined;
  },

  "oracle-reaches-the-maximum": async ({ make, definition, seeds }) => {
    if (definition.oracle === undefined) return undefined;
    let oracle = 0;
    let floor = 0;
    for (const seed of seeds) {
      const told = await transcribe(make(), best, seed);
      const total = sum(told);
      if (told.steps.at(-1)?.info.success !== true)
        return `the oracle did not succeed on seed ${seed} (return ${total})`;
      const { returns } = definition;
      if (returns !== undefined && total < returns.max - 1e-9)
        return `the oracle returned ${total} on seed ${seed}, below the declared maximum ${returns.max}`;
      oracle += total;
      floor += sum(await transcribe(make(), random, seed));
    }
    return floor < oracle ? undefined : "random play returns as much as the oracle; the task asks for nothing";
  },

  "hostile-actions": async ({ make, options, seeds }) => {
    const env = make();
    const actions = hostileActions(options.hostile, options.seed);
    let episode = 0;
    for (const action of actions) {
      if (env.status !== "running") await env.reset({ seed: seeds[episode++ % seeds.length]! });
      let reward: number;
      try {
        reward = (await env.step(action)).reward;
      } catch (error) {
        return `the action ${shorten(action)} threw: ${messageOf(error)}`;
      }
      if (!Number.isFinite(reward)) return `the action ${shorten(action)} gave the reward ${reward}`;
      if (reward > 0) return `the action ${shorten(action)} was paid ${reward}`;
    }
    return undefined;
  },

  guards: async ({ make, seeds }) => {
    const env = make();
    if (!(await refuses(() => env.step("x"), "step-before-reset"))) return "step before reset must be refused";
    await transcribe(env, random, seeds[0]!);
    if (!(await refuses(() => env.step("x"), "step-after-end"))) return "step after the end must be refused";
    await env.close();
    if (!(await refuses(() => env.reset(), "closed"))) return "reset after close must be refused";
    return undefined;
  },

  "prompt-hides-the-answer": async ({ make, definition, seeds }) => {
    if (definition.oracle === undefined || seeds.length < 8) return undefined;
    const prompts: string[] = [];
    const answers: string[] = [];
    for (const seed of seeds) {
      const env = make();
      prompts.push(textOf((await env.reset({ seed })).observation));
      answers.push(best(env));
    }
    // By chance an answer stands in its own prompt no more often than in the prompts of other episodes.
    const share = (shift: number): number =>
      prompts.filter((prompt, i) => prompt.includes(answers[(i + shift) % answers.length]!)).length / prompts.length;
    const others = Math.max(...Array.from({ length: seeds.length - 1 }, (_, i) => share(i + 1)));
    return share(0) > others + 0.25
      ? "the oracle's first action stands in the prompt of its own episode far more often than in others"
      : undefined;
  },

  "step-time": async ({ make, options, seeds }) => {
    const times: number[] = [];
    for (const seed of seeds) {
      const env = make();
      await env.reset({ seed });
      for (let turn = 0; turn < 1000 && env.status === "running"; turn++) {
        const action = env.randomAction();
        const start = performance.now();
        await env.step(action);
        times.push(performance.now() - start);
      }
    }
    const median = times.sort((a, b) => a - b)[times.length >> 1]!;
    return median <= options.stepBudget
      ? undefined
      : `a step takes ${median.toFixed(1)} ms in the median, the budget is ${options.stepBudget} ms`;
  },
};

function sum(told: Transcript): number {
  return told.steps.reduce((total, { reward }) => total + reward, 0);
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function shorten(text: string): string {
  const shown = JSON.stringify(text);
  return shown.length <= 80 ? shown : `${shown.slice(0, 77)}..." (${text.length} characters)`;
}

function firstDifference(one: Transcript, two: Transcript): string | undefined {
  if (!equal(one.opened, two.opened)) return "at reset";
  const length = Math.max(one.steps.length, two.steps.length);
  for (let turn = 0; turn < length; turn++) {
    if (one.actions[turn] !== two.actions[turn]) return `in the random action of turn ${turn}`;
    if (!equal(one.steps[turn], two.steps[turn])) return `in the result of turn ${turn}`;
    if (!equal(one.snapshots[turn + 1], two.snapshots[turn + 1])) return `in the state after turn ${turn}`;
  }
  return undefined;
}

async function refuses(run: () => unknown, code: string): Promise<boolean> {
  try {
    await run();
    return false;
  } catch (error) {
    return GemError.isInstance(error) && error.code === code;
  }
}
