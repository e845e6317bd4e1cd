import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** How many tests ended in which way. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A vitest reporter that ends a run with one plain line for people and machines: `12 passed, 0 failed, 1 skipped`. */
export function closingLine(): Reporter {
  return {
    onTestRunEnd(modules, errors) {
      process.stdout.write(`${formatCounts(countTests(modules, errors))}\n`);
    },
  };
}

/** Counts tests. A file that could not be loaded, a hook that failed and an error outside of any test each count as one failure. */
function countTests(modules: readonly TestModule[], errors: readonly SerializedError[]): Counts {
  const counts = { passed: 0, failed: errors.length, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed" || state === "failed" || state === "skipped") counts[state]++;
      // Still pending when the run ended: it never came to a verdict.
      else counts.failed++;
    }
    for (const suite of [module, ...module.children.allSuites()]) if (suite.errors().length > 0) counts.failed++;
  }
  return counts;
}

/** The line itself. */
function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
