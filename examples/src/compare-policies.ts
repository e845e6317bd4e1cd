// Many whole episodes at once, each at its own pace; the seeds make the comparison fair and repeatable.
import { informedPolicy, make, oraclePolicy, type Policy, randomPolicy, rollout, summarize } from "@gem-ts/core";
import { games } from "@gem-ts/envs-games";

const id = "game:Mastermind-v0-easy";
const policies: readonly Policy[] = [
  randomPolicy(),
  informedPolicy({ sloppiness: 0.5 }),
  informedPolicy(),
  oraclePolicy(),
];

for (const policy of policies) {
  const episodes = await Array.fromAsync(
    rollout({ env: () => make(id, { packs: games }), policy, episodes: 1000, seed: 1 }),
  );
  const { success, successError, turns } = summarize(episodes);
  console.log(
    `${policy.name.padEnd(24)} success ${success.toFixed(3)} ± ${successError.toFixed(3)}  turns ${turns.toFixed(2)}`,
  );
}
