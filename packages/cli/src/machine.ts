import { availableParallelism, cpus, release, totalmem } from "node:os";

/** Where a run was made. */
export interface MachineFacts {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly node: string;
}

/** Facts about this machine, without its name or its user's. */
export function machineFacts(): MachineFacts {
  return {
    system: `${process.platform} ${release()} (${process.arch})`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}
