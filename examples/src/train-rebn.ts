// A small transformer learns a game in three steps: it imitates a sloppy teacher, plays by itself, and gets better.
import { informedPolicy, make, rollout, textOf } from "@gem-ts/core";
import { games } from "@gem-ts/envs-games";
import { buildTokenizer, createTinyModel } from "@gem-ts/model-tiny";
import { episodeConversation, evaluate, imitate, teacherBatches, train } from "@gem-ts/trainer-reinforce-rebn";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const id = "game:GuessTheNumber-v1-easy";
const env = () => make(id, { packs: games, style: "compact" });
const teacher = informedPolicy({ sloppiness: 0.5 });

const texts: string[] = [];
for await (const episode of rollout({ env, policy: teacher, episodes: 50, seed: 1 })) {
  for (const { observation, action } of episode.turns) texts.push(textOf(observation), action);
}
const tokenizer = buildTokenizer(texts, { pieces: 16 });
await using model = await createTinyModel({
  architecture: { layers: 2, width: 64, heads: 4, context: 64 },
  tokenizer,
  seed: 1,
});

const batch = teacherBatches({
  env,
  teacher,
  encode: (episode) => {
    const { ids, spoken } = model.chat.transcript(episodeConversation(episode));
    return { tokens: ids, trained: spoken.map((message) => message >= 0) };
  },
});
const steps = 400;
await imitate({
  model,
  batch,
  steps,
  onStep: ({ step, loss }) => step % 100 === 0 && console.log(`imitation ${step}: loss ${loss.toFixed(3)}`),
});

const folder = await mkdtemp(join(tmpdir(), "gem-train-"));
try {
  const before = await evaluate({ env, policy: model.policy() });
  await train({
    model,
    env,
    folder,
    config: { env: id, algorithm: "rebn", iterations: 100, learningRate: 1e-3, evaluateEvery: 0 },
    onEvent: (event) => {
      if (event.type !== "iteration" || event.metrics.iteration % 20 !== 0) return;
      const { iteration, success, return: mean, entropy, time } = event.metrics;
      console.log(
        `iteration ${iteration}: success ${success.toFixed(2)}  return ${mean.toFixed(2)}  entropy ${entropy.toFixed(2)}  ${time.seconds.toFixed(2)} s`,
      );
    },
  });
  const after = await evaluate({ env, policy: model.policy() });
  console.log(
    `held-out success ${before.summary.success.toFixed(3)} -> ${after.summary.success.toFixed(3)} (± ${after.summary.successError.toFixed(3)})`,
  );
} finally {
  await rm(folder, { recursive: true });
}
