/**
 * Lets readers of the parameters run side by side, writers alone, and everybody in the order in which they came: so
 * `forwardBackward` and `optimStep` may be called one after the other without waiting in between.
 */
export class Gate {
  readonly #queue: { readonly writes: boolean; readonly start: () => void }[] = [];
  #readers = 0;
  #writing = false;

  /** Runs `work` beside other readers. */
  read<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#enter(false, work);
  }

  /** Runs `work` alone. */
  write<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    return this.#enter(true, async () => work());
  }

  async #enter<Result>(writes: boolean, work: () => Promise<Result>): Promise<Result> {
    if (this.#queue.length > 0 || !this.#free(writes))
      await new Promise<void>((start) => this.#queue.push({ writes, start }));
    else this.#take(writes);
    try {
      return await work();
    } finally {
      if (writes) this.#writing = false;
      else this.#readers--;
      this.#admit();
    }
  }

  #free(writes: boolean): boolean {
    return !this.#writing && !(writes && this.#readers > 0);
  }

  /** The place is taken before the one who waits wakes up, so that nobody slips in. */
  #take(writes: boolean): void {
    if (writes) this.#writing = true;
    else this.#readers++;
  }

  #admit(): void {
    for (let next = this.#queue[0]; next !== undefined && this.#free(next.writes); next = this.#queue[0]) {
      this.#queue.shift();
      this.#take(next.writes);
      next.start();
    }
  }
}
