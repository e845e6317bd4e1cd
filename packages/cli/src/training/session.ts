import type { EnvPack } from "@gem-ts/core";
import type { Reference } from "../report/report-data.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What every session needs. */
export interface SessionParts {
  readonly terminal: Terminal;
  /** Stops the session where it can be resumed. */
  readonly signal: AbortSignal;
  /** Packs beyond those that a resumed run names itself. */
  readonly packs: readonly EnvPack[];
  /** Two by default; a resumed run has as many as before. */
  readonly workers?: number;
  /** The command that goes on with the run in a folder. */
  readonly resumeCommand: (folder: string) => string;
  /**
   * Wall-clock seconds for the whole session, evaluations included: training stops early enough, at an iteration from
   * which it can be resumed. No limit by default.
   */
  readonly budgetSeconds?: number;
  /** Where the report goes; `report.html` in the run's folder by default. */
  readonly report?: string;
  /** What is known about an environment beside what baselines show. */
  readonly references?: (env: string) => readonly Reference[];
}

/** Success, turns and return of sampled play, as `--json` prints them. */
export interface SessionScores {
  readonly success: number;
  readonly turns: number;
  readonly return: number;
}

/** What a session that came to its end amounts to. */
export interface SessionResult {
  readonly before: SessionScores;
  readonly after: SessionScores;
  /** Wall-clock time of this session. */
  readonly seconds: number;
  /** Folder of the run. */
  readonly run: string;
}
