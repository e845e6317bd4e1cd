import { GemError } from "@gem-ts/core";
import { type Command, CommanderError } from "commander";
import { EXIT } from "./exit-code.ts";
import { describeError, isVerbose, renderError } from "./report-error.ts";

/**
 * Runs a program to its end: sets the exit code, and prints whatever is thrown as one message. The process then ends
 * by itself, so that what was written to a pipe is read to the end.
 */
export async function runProgram(program: Command, argv: readonly string[] = process.argv): Promise<void> {
  const fail = (error: unknown): void => {
    process.stderr.write(renderError(error, { verbose: isVerbose(argv) }));
    process.exitCode = describeError(error).exitCode;
  };
  const crash = (error: unknown): void => {
    fail(error);
    process.exit();
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever reads has seen enough: `gem list | head`.
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    crash(new GemError("io-failed", "cannot write to standard output", { cause: error }));
  });
  process.stderr.on("error", () => {});
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    if (error instanceof CommanderError && error.code === "commander.help") {
      process.stderr.write(program.helpInformation());
      process.exitCode = EXIT.usage;
      return;
    }
    fail(error);
  }
}
