import type { AnyEnv, Env, Mode, Stage } from "./env.ts";
import type { Wrapper } from "./wrapper.ts";

type Next<S extends Stage, To extends Stage | "same"> = To extends Stage ? To : S;
type Change = Stage | "same";

/**
 * Wraps an environment, in reading order: `pipe(env, limitTurns(8), concatHistory(), trackEpisode())`. The types
 * refuse an order that cannot work.
 *
 * @throws GemError `wrong-order` for callers without types.
 */
export function pipe<M extends Mode, S extends Stage>(env: Env<M, S>): Env<M, S>;
export function pipe<M extends Mode, S extends Stage, A extends Change>(
  env: Env<M, S>,
  a: Wrapper<S, A>,
): Env<M, Next<S, A>>;
export function pipe<M extends Mode, S extends Stage, A extends Change, B extends Change>(
  env: Env<M, S>,
  a: Wrapper<S, A>,
  b: Wrapper<Next<S, A>, B>,
): Env<M, Next<Next<S, A>, B>>;
export function pipe<M extends Mode, S extends Stage, A extends Change, B extends Change, C extends Change>(
  env: Env<M, S>,
  a: Wrapper<S, A>,
  b: Wrapper<Next<S, A>, B>,
  c: Wrapper<Next<Next<S, A>, B>, C>,
): Env<M, Next<Next<Next<S, A>, B>, C>>;
export function pipe<
  M extends Mode,
  S extends Stage,
  A extends Change,
  B extends Change,
  C extends Change,
  D extends Change,
>(
  env: Env<M, S>,
  a: Wrapper<S, A>,
  b: Wrapper<Next<S, A>, B>,
  c: Wrapper<Next<Next<S, A>, B>, C>,
  d: Wrapper<Next<Next<Next<S, A>, B>, C>, D>,
): Env<M, Next<Next<Next<Next<S, A>, B>, C>, D>>;
export function pipe(env: AnyEnv, ...wrappers: readonly ((env: AnyEnv) => AnyEnv)[]): AnyEnv {
  return wrappers.reduce((wrapped, wrap) => wrap(wrapped), env);
}
