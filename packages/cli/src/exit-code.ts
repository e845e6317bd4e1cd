/** What the process tells its parent. */
export const EXIT = {
  ok: 0,
  /** The command was understood but could not be carried out. */
  failure: 1,
  /** The command line itself is wrong: an unknown id or flag, a value out of range. */
  usage: 2,
  /** Ctrl-C, as shells count it: 128 + SIGINT. */
  interrupted: 130,
} as const;

/** One of the codes of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
