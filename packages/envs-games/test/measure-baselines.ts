// The tables of baselines in docs/games: `node packages/envs-games/test/measure-baselines.ts [episodes] [seed]`.
import { games } from "../src/index.ts";
import { estimate, type Player, playEpisodes } from "./play.ts";

const episodes = Number(process.argv[2] ?? 2000);
const seed = Number(process.argv[3] ?? 0);
const players: readonly Player[] = ["random", "informed", "oracle"];

for (const { id, variants } of games.envs) {
  console.log(`\n${id}, ${episodes} episodes each, seed ${seed}\n`);
  console.log("| variant | policy | success | mean return | mean turns |\n|---|---|---|---|---|");
  for (const variant of Object.keys(variants)) {
    for (const player of players) {
      const outcomes = playEpisodes(`${id}-${variant}`, player, episodes, seed);
      const mean = (pick: (outcome: (typeof outcomes)[number]) => number): number => estimate(outcomes.map(pick)).mean;
      const success = mean((outcome) => Number(outcome.success)).toFixed(3);
      console.log(
        `| ${variant} | ${player} | ${success} | ${mean(({ total }) => total).toFixed(3)} | ${mean(({ turns }) => turns).toFixed(2)} |`,
      );
    }
  }
}
