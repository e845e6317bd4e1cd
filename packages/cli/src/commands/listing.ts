import { type EnvPack, variantIds } from "@gem-ts/core";
import type { Terminal } from "../terminal/terminal.ts";

/** One environment of {@link listing}. */
interface ListedEnv {
  /** Without a variant: `game:GuessTheNumber`. */
  readonly id: string;
  readonly summary: string;
  /** Full ids, one a variant. */
  readonly ids: readonly string[];
  readonly styles: readonly string[];
  /** Whether the definition can play its own best move, and an informed one. */
  readonly oracle: boolean;
  readonly informed: boolean;
}

/** One pack of {@link listing}. */
export interface ListedPack {
  readonly name: string;
  readonly summary: string;
  readonly envs: readonly ListedEnv[];
}

/** What `gem list --json` prints. */
export function listing(packs: readonly EnvPack[]): ListedPack[] {
  return packs.map(({ name, summary, envs }) => ({
    name,
    summary,
    envs: envs.map((definition) => ({
      id: definition.id,
      summary: definition.summary,
      ids: variantIds(definition),
      styles: definition.styles ?? ["full"],
      oracle: definition.oracle !== undefined,
      informed: definition.informedAction !== undefined,
    })),
  }));
}

/** Prints the environments by pack. */
export function printListing(terminal: Terminal, packs: readonly EnvPack[]): void {
  const { style } = terminal;
  const listed = listing(packs);
  const names = listed.flatMap(({ envs }) => envs.map(({ id }) => id.length));
  const width = Math.max(0, ...names) + 2;
  for (const [index, pack] of listed.entries()) {
    if (index > 0) terminal.line();
    terminal.line(`${style("bold", pack.name)}  ${style("dim", pack.summary)}`);
    for (const env of pack.envs) {
      terminal.line();
      terminal.line(`  ${style("cyan", env.id.padEnd(width))}${env.summary}`);
      for (const row of flow(
        env.ids.map((id) => id.slice(env.id.length)),
        Math.max(40, terminal.columns - width - 2),
      )) {
        terminal.line(`  ${" ".repeat(width)}${style("dim", row)}`);
      }
    }
  }
  const count = listed.reduce((total, { envs }) => total + envs.reduce((sum, { ids }) => sum + ids.length, 0), 0);
  const example = listed[0]?.envs[0]?.ids[0];
  terminal.line();
  terminal.line(
    style(
      "dim",
      `${count} environments; an id is the name with an ending${example === undefined ? "" : `, such as ${example}`}`,
    ),
  );
}

/** Puts words on as few lines as fit. */
function flow(words: readonly string[], width: number): string[] {
  const rows: string[] = [];
  for (const word of words) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + 2 + word.length <= width) rows[rows.length - 1] = `${last}  ${word}`;
    else rows.push(word);
  }
  return rows;
}
