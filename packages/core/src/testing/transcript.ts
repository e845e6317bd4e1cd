import type { AnyEnv, EnvSnapshot, ResetResult, StepResult } from "../env.ts";
import type { Seed } from "../rng.ts";

/** Everything that can be seen of one episode. */
export interface Transcript {
  readonly opened: ResetResult;
  /** Snapshot after the reset, then after each step. */
  readonly snapshots: readonly EnvSnapshot[];
  readonly actions: readonly string[];
  readonly steps: readonly StepResult[];
}

/** Plays one episode and writes down everything; `act` picks the actions. Stops after `limit` turns. */
export async function transcribe(
  env: AnyEnv,
  act: (env: AnyEnv, turn: number) => string,
  seed: Seed,
  limit = 1000,
): Promise<Transcript> {
  const opened = await env.reset({ seed });
  const snapshots = [env.snapshot()];
  const actions: string[] = [];
  const steps: StepResult[] = [];
  for (let turn = 0; turn < limit; turn++) {
    const action = act(env, turn);
    const step = await env.step(action);
    actions.push(action);
    steps.push(step);
    snapshots.push(env.snapshot());
    if (step.terminated || step.truncated) break;
  }
  return { opened, snapshots, actions, steps };
}
