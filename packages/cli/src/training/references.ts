import { informedPolicy, type Policy, randomPolicy, type Seed } from "@gem-ts/core";
import { evaluatePolicy } from "../evaluation/evaluate-player.ts";
import type { Environment } from "../environment/open-environment.ts";
import type { Reference } from "../report/report-data.ts";

/** Plays the held-out episodes with the policies that need no model, so that a model can be measured against them. */
export async function measureReferences(
  environment: Environment,
  episodes: number,
  seed: Seed,
  signal?: AbortSignal,
): Promise<Reference[]> {
  const players: [label: string, policy: Policy][] = [["Random moves", randomPolicy()]];
  if (environment.definition.informedAction !== undefined)
    players.push(["Random moves that fit the answers", informedPolicy()]);
  const references: Reference[] = [];
  for (const [label, policy] of players) {
    const played = await evaluatePolicy({
      environment,
      policy,
      episodes,
      seed,
      ...(signal === undefined ? {} : { signal }),
    });
    if (played === undefined) break;
    const { success, turns, return: total } = played.scores;
    references.push({ label, success: success.mean, turns: turns.mean, return: total.mean });
  }
  return references;
}
