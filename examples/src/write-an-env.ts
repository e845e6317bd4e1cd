// An environment of your own: pure functions over plain state. Seeds, snapshots, forks and guards come for free.
import { createEnv, defineEnv } from "@gem-ts/core";
import { checkEnv } from "@gem-ts/core/testing";
import { z } from "zod";

const countdown = defineEnv({
  id: "example:Countdown",
  summary: "Take one to three from the pile; whoever takes the last one wins.",
  config: z.object({ pile: z.int().min(4) }),
  variants: { v0: { pile: 21 } },
  events: {
    taken: "a fair move",
    illegal: "not 1, 2 or 3, or more than is left",
    won: "took the last one",
    lost: "the house did",
  },
  fixedStart: true,
  returns: { min: -0.1, max: 1 },
  start: ({ config }) => ({ left: config.pile }),
  instructions: ({ state }) =>
    `There are ${state.left} stones. Take 1, 2 or 3; the last stone wins. Answer with a number.`,
  step(state, action, { rng }) {
    const take = Number(action);
    if (![1, 2, 3].includes(take) || take > state.left) {
      return { observation: "Not a legal move.", event: "illegal", reward: -0.1, terminated: true };
    }
    state.left -= take;
    if (state.left === 0) return { observation: "You win.", event: "won", reward: 1, terminated: true, success: true };
    const house = state.left % 4 === 0 ? rng.int(1, 3) : state.left % 4;
    state.left -= house;
    if (state.left === 0) return { observation: `I take ${house} and win.`, event: "lost", terminated: true };
    return { observation: `I take ${house}; ${state.left} are left.`, event: "taken" };
  },
  randomAction: ({ rng, state }) => String(rng.int(1, Math.min(3, state.left))),
  oracle: ({ state }) => String(state.left % 4 === 0 ? 1 : state.left % 4),
});

const env = createEnv(countdown, { variant: "v0", seed: 7 });
console.log(env.reset({ seed: 7 }).observation);
while (env.status === "running") {
  const action = env.oracle()!;
  console.log(`> ${action}`);
  console.log(env.step(action).observation);
}

const report = await checkEnv(countdown);
console.log(report.ok ? "checkEnv: all checks passed" : report.checks.filter(({ ok }) => !ok));
