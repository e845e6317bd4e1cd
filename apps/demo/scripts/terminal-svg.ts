/**
 * Draws what a command shows on a terminal as an SVG, from a real run:
 *
 *     node apps/demo/scripts/terminal-svg.ts docs/assets/demo.svg node apps/demo/src/main.ts --seed 1
 *
 * The last state of a status line that changed in place is kept where it stood. Needs util-linux `script`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Text in one style. */
interface Span {
  readonly text: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly colour: string | undefined;
}

const COLUMNS = 122;
const COLOURS: Readonly<Record<string, string>> = {
  "31": "#f2837b",
  "32": "#7fd1a0",
  "33": "#e3c07a",
  "36": "#63c7c1",
};
const ADVANCE = 7.83;
const LEADING = 19;

const [out, ...command] = process.argv.slice(2);
if (out === undefined || command.length === 0) {
  process.stderr.write("usage: terminal-svg.ts <file.svg> <command> [argument...]\n");
  process.exit(2);
}
const lines = screenOf(record(command));
writeFileSync(out, draw(lines, command.join(" ").replace("node apps/demo/src/main.ts", "npm run demo --")));

/** Runs a command on a terminal of its own and returns everything it wrote. */
function record(words: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "terminal-"));
  try {
    const log = join(folder, "log");
    const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    execFileSync("script", ["-qec", `stty cols ${COLUMNS} rows 50; ${quoted}`, log], {
      stdio: "ignore",
      env: { ...process.env, TERM: "xterm-256color", NO_COLOR: "" },
    });
    return readFileSync(log, "utf8")
      .replace(/^Script started.*\n/, "")
      .replace(/\n+Script done[^]*$/, "");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The lines that stay on the screen, and the last progress line where it was when it went. */
function screenOf(log: string): string[] {
  const rows: string[] = [];
  let live: string | undefined;
  for (const row of log.replaceAll("\r\n", "\n").split("\n")) {
    const states = row.split("\r\u001b[2K");
    live = states.findLast((state) => state.includes("tok/s")) ?? live;
    const shown = states.at(-1)!;
    if (shown.includes("After training") && live !== undefined) {
      rows.splice(rows.length - 1, 0, live);
      live = undefined;
    }
    rows.push(shown);
  }
  while (rows.at(-1)?.trim() === "") rows.pop();
  return rows;
}

function spansOf(row: string): Span[] {
  const spans: Span[] = [];
  let bold = false;
  let dim = false;
  let colour: string | undefined;
  for (const part of row.split(/(\u001b\[[\d;]*m)/)) {
    const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1]?.split(";");
    if (codes === undefined) {
      if (part !== "") spans.push({ text: part, bold, dim, colour });
      continue;
    }
    for (const code of codes) {
      if (code === "1") bold = true;
      else if (code === "2") dim = true;
      else if (code === "22") bold = dim = false;
      else if (code === "39") colour = undefined;
      else if (code in COLOURS) colour = COLOURS[code];
    }
  }
  return spans;
}

function draw(rows: readonly string[], title: string): string {
  const width = Math.round(COLUMNS * ADVANCE + 56);
  const height = rows.length * LEADING + 84;
  const texts = rows.map((row, index) => {
    const spans = spansOf(row).map(({ text, bold, dim, colour }) => {
      const style = [
        bold ? 'font-weight="700"' : "",
        dim ? 'opacity=".58"' : "",
        colour === undefined ? "" : `fill="${colour}"`,
      ]
        .filter(Boolean)
        .join(" ");
      return `<tspan${style === "" ? "" : ` ${style}`}>${escape(text.replaceAll(" ", "\u00a0"))}</tspan>`;
    });
    return `<text x="28" y="${70 + index * LEADING}">${spans.join("")}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">
<rect width="${width}" height="${height}" rx="12" fill="#15181b"/>
<g fill="#3a4046"><circle cx="26" cy="24" r="5.5"/><circle cx="46" cy="24" r="5.5"/><circle cx="66" cy="24" r="5.5"/></g>
<text x="${width / 2}" y="29" text-anchor="middle" fill="#8b939b" font-family="ui-sans-serif, system-ui, sans-serif" font-size="13">${escape(title)}</text>
<g fill="#dfe3e6" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13">
${texts.join("\n")}
</g>
</svg>
`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
