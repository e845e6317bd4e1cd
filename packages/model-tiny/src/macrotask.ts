/** Runs `work` after the events and promises that are due now; `setImmediate` where the platform has it. */
export function scheduleMacrotask(work: () => void): void {
  if (typeof setImmediate === "function") {
    setImmediate(work);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    work();
  };
  port2.postMessage(undefined);
}

/** Resolves after the events and promises that are due now. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => scheduleMacrotask(resolve));
}
