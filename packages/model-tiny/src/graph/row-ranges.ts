/** Rows `start` to `end` (exclusive) of a batch. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** Cuts `batch` rows of `length` tokens into even ranges of at most about `tokensPerRun` tokens and at least one row. */
export function rowRanges(batch: number, length: number, tokensPerRun: number): RowRange[] {
  const most = Math.max(1, Math.floor(tokensPerRun / length));
  const count = Math.ceil(batch / most);
  return Array.from({ length: count }, (_, index) => ({
    start: Math.floor((index * batch) / count),
    end: Math.floor(((index + 1) * batch) / count),
  }));
}
