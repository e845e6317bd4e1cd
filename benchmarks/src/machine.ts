import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, release, totalmem } from "node:os";

/** Where and when a benchmark ran. */
export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly platform: string;
  readonly node: string;
  /** ISO 8601, UTC. */
  readonly date: string;
}

/** Facts about this machine that numbers depend on; nothing that tells whose it is. */
export function machineFacts(): MachineFacts {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 1e9),
    platform: `${process.platform}-${process.arch} ${release()}`,
    node: process.versions.node,
    date: new Date().toISOString(),
  };
}

/** The commit that runs. The kept results do not count as a change, as each run rewrites them. */
export function currentCommit(): string {
  try {
    const commit = git("rev-parse", "--short=12", "HEAD");
    const changes = git(
      "status",
      "--porcelain",
      "--untracked-files=no",
      "--",
      ":/",
      ":(top,exclude)benchmarks/results",
    );
    return changes === "" ? commit : `${commit}-dirty`;
  } catch {
    return "unknown";
  }
}

function git(...args: string[]): string {
  return execFileSync("git", args, {
    cwd: import.meta.dirname,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}
