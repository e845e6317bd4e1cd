/** Lines of at most `width` characters, broken at spaces; lines that fit keep their spacing (boards and grids do). */
export function wrapText(text: string, width: number): string[] {
  const limit = Math.max(20, width);
  return text
    .replaceAll("\t", "    ")
    .split("\n")
    .flatMap((line) => (line.length <= limit ? [line] : wrapLine(line, limit)));
}

function wrapLine(line: string, limit: number): string[] {
  const indent = /^ */.exec(line)?.[0].slice(0, limit - 10) ?? "";
  const rows: string[] = [];
  let row = indent;
  for (const word of line.trim().split(/ +/)) {
    let rest = word;
    if (row.length > indent.length && row.length + 1 + rest.length > limit) {
      rows.push(row);
      row = indent;
    }
    while (row.length === indent.length && indent.length + rest.length > limit) {
      rows.push(indent + rest.slice(0, limit - indent.length));
      rest = rest.slice(limit - indent.length);
    }
    row += row.length > indent.length ? ` ${rest}` : rest;
  }
  if (row.length > indent.length) rows.push(row);
  return rows;
}
