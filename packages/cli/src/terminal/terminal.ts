import { stripVTControlCharacters, styleText } from "node:util";

type Styles = Parameters<typeof styleText>[0];

/** Where people read: lines, and below them one line that keeps changing. */
export interface Terminal {
  /** Whether a person watches: then the status line is redrawn in place. A pipe or file gets plain lines only. */
  readonly interactive: boolean;
  /** Width in characters. */
  readonly columns: number;
  /** Whether box-drawing and block characters can be shown. */
  readonly unicode: boolean;
  /** Text in a style; plain where colours are not wanted (a pipe, `NO_COLOR`). */
  style(styles: Styles, text: string): string;
  /** Prints a line above the status line. */
  line(text?: string): void;
  /** Shows `text` as the status line soon, or takes it away at once; does nothing when not interactive. */
  status(text: string | undefined): void;
}

/** Options of {@link createTerminal}. */
export interface TerminalOptions {
  /** `false` forbids the status line and colours even on a terminal. */
  readonly interactive?: boolean;
}

const CLEAR = "\r\u001b[2K";

/** Milliseconds between two drawings of the status line; eyes need no more, and work shall not wait for a terminal. */
const PAUSE = 50;

/** A terminal over a stream, `process.stdout` for example. */
export function createTerminal(stream: NodeJS.WriteStream, options: TerminalOptions = {}): Terminal {
  const interactive = (options.interactive ?? true) && stream.isTTY === true && process.env["TERM"] !== "dumb";
  const colours = options.interactive !== false;
  let status: string | undefined;
  let drawn = -Infinity;
  const columns = (): number => (stream.isTTY === true ? stream.columns || 80 : 132);
  return {
    interactive,
    get columns() {
      return columns();
    },
    unicode: process.platform !== "win32" || process.env["WT_SESSION"] !== undefined,
    style: (styles, text) => (colours ? styleText(styles, text, { stream, validateStream: true }) : text),
    line(text = "") {
      stream.write(status === undefined ? `${text}\n` : `${CLEAR}${text}\n${fit(status, columns())}`);
    },
    status(text) {
      if (!interactive || text === status) return;
      status = text;
      const now = performance.now();
      if (text !== undefined && now - drawn < PAUSE) return;
      drawn = text === undefined ? -Infinity : now;
      stream.write(text === undefined ? CLEAR : `${CLEAR}${fit(text, columns())}`);
    },
  };
}

/** Number of columns that `text` takes, escape sequences left out. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/** Cuts a line that would wrap, for a wrapped status line cannot be cleared; a cut line loses its colours. */
function fit(text: string, columns: number): string {
  if (widthOf(text) < columns) return text;
  return [...stripVTControlCharacters(text)].slice(0, Math.max(0, columns - 2)).join("") + "…";
}
