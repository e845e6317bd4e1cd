import type { AnyEnvDefinition } from "../definition.ts";
import { messageOf } from "../error.ts";
import { createEnv } from "../instance.ts";
import { deriveSeed, type Seed } from "../rng.ts";
import { CHECKS } from "./checks.ts";
import type { Subject } from "./subject.ts";

/** Options of {@link checkEnv}. */
export interface CheckOptions {
  /** Variants to check; all by default. */
  readonly variants?: readonly string[];
  /** Episodes per check and variant; 20 by default. */
  readonly episodes?: number;
  /** Hostile strings per variant; 1,000 by default. */
  readonly hostile?: number;
  /** Seed of everything the check does; 0 by default. */
  readonly seed?: Seed;
  /** Longest median step, in milliseconds; 50 by default. */
  readonly stepBudget?: number;
}

/** What one check found. */
export interface CheckResult {
  readonly variant: string;
  /** Kebab-case name of the check. */
  readonly check: string;
  readonly ok: boolean;
  /** What is wrong and how to mend it; absent when all is well. */
  readonly problem?: string;
}

/** What {@link checkEnv} found. Plain JSON. */
export interface CheckReport {
  readonly env: string;
  /** Whether every check passed on every variant. */
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
}

/**
 * The referee of environments: holds a definition to the contract and says what to mend. It never throws because of
 * what a definition does.
 */
export async function checkEnv(definition: AnyEnvDefinition, options: CheckOptions = {}): Promise<CheckReport> {
  const {
    variants = Object.keys(definition.variants),
    episodes = 20,
    hostile = 1000,
    seed = 0,
    stepBudget = 50,
  } = options;
  const checks: CheckResult[] = [];
  for (const variant of variants) {
    const subject: Subject = {
      definition,
      variant,
      options: { hostile, seed, stepBudget },
      make: (style = "full") => createEnv(definition, { variant, style, seed }),
      seeds: Array.from({ length: episodes }, (_, index) => deriveSeed(seed, "check", index)),
    };
    for (const [check, run] of Object.entries(CHECKS)) {
      let problem: string | undefined;
      try {
        problem = await run(subject);
      } catch (error) {
        problem = `it threw: ${messageOf(error)}`;
      }
      checks.push({ variant, check, ok: problem === undefined, ...(problem === undefined ? {} : { problem }) });
    }
  }
  return { env: definition.id, ok: checks.every(({ ok }) => ok), checks };
}
