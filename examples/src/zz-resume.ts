import { informedPolicy, make, rollout } from "@gem-ts/core";
import { games } from "@gem-ts/envs-games";
import { buildTokenizer, createTinyModel } from "@gem-ts/model-tiny";
import { episodeConversation, imitate, resumeTraining, teacherBatches, train } from "@gem-ts/trainer-reinforce-rebn";
import { mkdtemp, readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
const id = "game:Mastermind-v0-easy";
const env = () => make(id, { packs: games, style: "compact" });
const teacher = informedPolicy({ sloppiness: 0.5 });
const texts: string[] = [];
for await (const e of rollout({ env, policy: teacher, episodes: 20, seed: 1 })) for (const t of e.turns) texts.push(`${t.observation}`, t.action);
const tokenizer = buildTokenizer(texts, { pieces: 16 });
const fresh = (workers = 0) => createTinyModel({ architecture: { layers: 2, width: 64, heads: 4, context: 192 }, tokenizer, seed: 1, workers });
const config = { env: id, iterations: 8, learningRate: 1e-3, evaluateEvery: 4, evaluationEpisodes: 50, checkpointEvery: 3, minibatches: 2, episodesPerIteration: 32 };
const base = await mkdtemp(join(tmpdir(), "gem-base-"));
{
  await using model = await fresh();
  const batch = teacherBatches({ env, teacher, episodes: 32, encode: (e) => { const { ids, spoken } = model.chat.transcript(episodeConversation(e)); return { tokens: ids.slice(0,192), trained: spoken.slice(0,192).map((m) => m >= 0) }; } });
  const r = await imitate({ model, batch, steps: 100 }); console.log(r);
  await model.save(base, { optimizer: false });
}
for (const workers of [0, 2]) {
const folders: string[] = [];
for (const stopAt of [undefined, 5]) {
  const folder = await mkdtemp(join(tmpdir(), "gem-run-")); folders.push(folder);
  const stop = new AbortController();
  { await using model = await fresh(workers); await model.load(base);
    const r = await train({ model, env, folder, config, signal: stop.signal, onEvent: (e) => { if (e.type === "progress" && e.phase === "collect" && e.iteration === stopAt && e.done === 7) stop.abort(); if (e.type === "iteration") console.log(e.metrics.iteration, e.metrics.success, e.metrics.loss, e.metrics.time.seconds); } });
    console.log(r.outcome, r.iteration); }
  if (stopAt) { await using model = await fresh(workers); const r = await resumeTraining({ model, env, folder }); console.log("resumed", r.outcome, r.iteration); }
}
const [a, b] = folders as [string, string];
for (const f of ["metrics.jsonl", "evaluations.jsonl"]) { const strip = async (d: string) => (await readFile(join(d, f), "utf8")).replace(/,"time":\{[^}]*\}/g, ""); console.log(f, (await strip(a)) === (await strip(b))); }
for (const n of await readdir(join(a, "checkpoints", "iteration-000008"))) { console.log(n, (await readFile(join(a, "checkpoints", "iteration-000008", n))).equals(await readFile(join(b, "checkpoints", "iteration-000008", n)))); }
}
