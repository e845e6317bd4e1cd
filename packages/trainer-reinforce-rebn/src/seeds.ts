import { createRng, deriveSeed, type Rng, type Seed } from "@gem-ts/core";

/*
 * Training and teaching play even seeds, evaluation odd ones: no held-out episode is ever trained on, whatever the
 * seeds of the run and of the evaluation are.
 */

/** Seeds of the episodes of one iteration, counted from 1. */
export function trainingSeeds(seed: Seed, iteration: number, count: number): Seed[] {
  return evenSeeds(createRng(seed).split("train").split(iteration), count);
}

/** Seeds of the episodes that a teacher plays for one step of imitation. */
export function teacherSeeds(seed: Seed, step: number, count: number): Seed[] {
  return evenSeeds(createRng(seed).split("teach").split(step), count);
}

/** Seeds of held-out episodes; more of them start with the same ones. */
export function heldOutSeeds(seed: Seed, count: number): Seed[] {
  return evenSeeds(createRng(seed).split("held-out"), count).map((even) => even + 1);
}

/** Seed of the policy's draws in one iteration. */
export function policySeed(seed: Seed, iteration: number): Seed {
  return deriveSeed(seed, "policy", iteration);
}

function evenSeeds(rng: Rng, count: number): Seed[] {
  return Array.from({ length: count }, (_, index) => {
    const drawn = rng.split(index).int(0, Number.MAX_SAFE_INTEGER);
    return drawn - (drawn % 2);
  });
}
