import { EXIT } from "./exit-code.ts";

/** A listener for Ctrl-C. */
export interface Interrupt extends Disposable {
  /** Fires at the first Ctrl-C (or SIGTERM, or a closed terminal). */
  readonly signal: AbortSignal;
}

/**
 * Turns the first Ctrl-C into an abort, so that work can stop where it leaves something usable; the second one ends the
 * process at once.
 */
export function listenForInterrupt(onFirst?: () => void): Interrupt {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    onFirst?.();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, listener);
    },
  };
}
