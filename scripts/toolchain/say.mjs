import process from "node:process";

/** Seconds between two signs of life. */
const PATIENCE = 10;

/**
 * Tells the person at the terminal something. On stderr: stdout belongs to the command.
 * @param {string} sentence
 */
export function say(sentence) {
  process.stderr.write(`gem: ${sentence}\n`);
}

/**
 * Says what is being done, that it is still being done, and how long it took.
 * @template Result
 * @param {string} sentence
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function sayWhile(sentence, work) {
  const start = performance.now();
  const seconds = () => `${Math.round((performance.now() - start) / 1000)} s`;
  say(sentence);
  const timer = setInterval(() => say(`  still at it (${seconds()})`), PATIENCE * 1000);
  try {
    const result = await work();
    say(`  done in ${seconds()}.`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
