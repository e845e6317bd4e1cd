interface Watched {
  readonly waiting: Set<() => void>;
  readonly onAbort: () => void;
}

/** Calls back when signals fire: one listener a signal, however many wait for it. A batch often shares one signal. */
export class SignalWatch {
  readonly #watched = new Map<AbortSignal, Watched>();

  /** `callback` is called when `signal` fires, once, unless it was removed. */
  add(signal: AbortSignal, callback: () => void): void {
    let watched = this.#watched.get(signal);
    if (watched === undefined) {
      const waiting = new Set<() => void>();
      const onAbort = (): void => {
        this.#watched.delete(signal);
        for (const call of waiting) call();
      };
      watched = { waiting, onAbort };
      this.#watched.set(signal, watched);
      signal.addEventListener("abort", onAbort, { once: true });
    }
    watched.waiting.add(callback);
  }

  /** Takes a callback back; the last one takes the listener with it. */
  remove(signal: AbortSignal, callback: () => void): void {
    const watched = this.#watched.get(signal);
    if (watched?.waiting.delete(callback) !== true || watched.waiting.size > 0) return;
    this.#watched.delete(signal);
    signal.removeEventListener("abort", watched.onAbort);
  }
}
