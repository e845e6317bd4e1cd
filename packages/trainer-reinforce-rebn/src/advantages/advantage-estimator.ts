/** What an estimator is told about the batch. Outer arrays run over episodes, inner ones over their turns. */
export interface AdvantageBatch {
  /** Reward of each turn, `r_t`; shape `[episodes][turns of that episode]`, ragged. Only whole episodes. */
  readonly rewards: readonly (readonly number[])[];
}

/** Numbers that estimators share; each reads those that it needs. */
export interface AdvantageOptions {
  /** Discount per turn, in `[0, 1]`. */
  readonly gamma: number;
  /** Divide the squared deviations by `N` (population) or by `N - 1` (sample); `population` by default. */
  readonly std?: StandardDeviationKind;
  /** Added to the standard deviation; 1e-9 by default. */
  readonly epsilon?: number;
}

/** Which standard deviation: divided by `N`, or by `N - 1`. */
export type StandardDeviationKind = "population" | "sample";

/**
 * A pure function from a batch of whole episodes to one number per turn. The result has the shape of
 * {@link AdvantageBatch.rewards}.
 */
export type AdvantageEstimator = (batch: AdvantageBatch, options: AdvantageOptions) => number[][];
