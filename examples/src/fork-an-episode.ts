// Snapshots are JSON and forks are independent: look ahead from any state, then go on from where you were.
import { make } from "@gem-ts/core";
import { games } from "@gem-ts/envs-games";

const env = make("game:TowerofHanoi-v0-easy", { packs: games, seed: 3 });
env.reset();

while (env.status === "running") {
  const best = ["A B", "A C", "B A", "B C", "C A", "C B"]
    .map((move) => {
      const twin = env.fork();
      twin.step(`\\boxed{${move}}`);
      let turns = 1;
      while (twin.status === "running") {
        twin.step(twin.oracle()!);
        turns++;
      }
      return { move, turns };
    })
    .reduce((a, b) => (b.turns < a.turns ? b : a));
  env.step(`\\boxed{${best.move}}`);
  console.log(best.move);
}
console.log(env.render());
