/** How a learning rate changes over a fixed number of steps. */
export interface LearningRateSchedule {
  /** Highest learning rate. */
  readonly peak: number;
  /** Learning rate of the last step. */
  readonly floor: number;
  /** Steps of the linear rise; the last of them has the highest rate. */
  readonly warmupSteps: number;
  /** All steps. */
  readonly steps: number;
}

/** Learning rate of a step, counted from 0: a linear rise to the peak, then half a cosine down to the floor. */
export function learningRateAt(step: number, { peak, floor, warmupSteps, steps }: LearningRateSchedule): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  const falling = Math.max(steps - warmupSteps - 1, 1);
  const progress = Math.min((step - warmupSteps) / falling, 1);
  return floor + ((peak - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
}
