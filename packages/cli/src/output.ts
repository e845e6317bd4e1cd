import { createTerminal, type Terminal } from "./terminal/terminal.ts";

/** Where a command's words go. */
export interface Output {
  /** For people. */
  readonly terminal: Terminal;
  /** Prints a result for programs, on one line of standard output; does nothing unless JSON was asked for. */
  json(value: unknown): void;
}

/**
 * Standard output for people; with `json`, standard output holds the result alone and people's words go to standard
 * error.
 */
export function openOutput(options: { readonly json?: boolean | undefined; readonly interactive?: boolean }): Output {
  const stream = options.json === true ? process.stderr : process.stdout;
  return {
    terminal: createTerminal(stream, options.interactive === undefined ? {} : { interactive: options.interactive }),
    json(value) {
      if (options.json === true) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
}
