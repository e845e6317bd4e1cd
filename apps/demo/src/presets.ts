/** The numbers of a demonstration: all that is tuned is here. */
export interface Preset {
  /** Updates of the policy. */
  readonly iterations: number;
  readonly episodesPerIteration: number;
  readonly learningRate: number;
  /** Discount per turn. */
  readonly gamma: number;
  /** Held-out episodes before and after. */
  readonly episodes: number;
  /** Iterations between evaluations during training; 0 for none. */
  readonly evaluateEvery: number;
  /** Held-out episodes of those. */
  readonly evaluationEpisodes: number;
  /** Iterations between sampled episodes. */
  readonly sampleEvery: number;
  /** Iterations between checkpoints. */
  readonly checkpointEvery: number;
  /** Wall-clock seconds for everything; a slow machine makes fewer iterations. */
  readonly budgetSeconds: number;
}

const full: Preset = {
  iterations: 1500,
  episodesPerIteration: 64,
  learningRate: 3e-4,
  gamma: 1,
  episodes: 500,
  evaluateEvery: 150,
  evaluationEpisodes: 200,
  sampleEvery: 100,
  checkpointEvery: 50,
  budgetSeconds: 225,
};

/** Presets by name. */
export const presets: { readonly full: Preset; readonly quick: Preset; readonly test: Preset } = {
  full,
  /** For the impatient: it shows everything, but a rise that is clear needs more. */
  quick: { ...full, iterations: 450, evaluateEvery: 90, evaluationEpisodes: 100, sampleEvery: 45, budgetSeconds: 52 },
  /** For tests: every part runs, nothing is learned. */
  test: {
    ...full,
    iterations: 4,
    episodesPerIteration: 16,
    episodes: 20,
    evaluateEvery: 2,
    evaluationEpisodes: 8,
    sampleEvery: 2,
    checkpointEvery: 1,
    budgetSeconds: 60,
  },
};
