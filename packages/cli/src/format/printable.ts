// oxlint-disable-next-line no-control-regex -- control characters are what this file is about
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Text that is safe to print: what a model says may hold escape sequences that would rewrite the terminal, so control
 * characters other than line feed and tab become visible (`\x1b`).
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Printable text on one line, cut to `length` characters. */
export function oneLine(text: string, length = 60): string {
  const flat = printable(text).replace(/\s+/g, " ").trim();
  const characters = [...flat];
  return characters.length <= length ? flat : `${characters.slice(0, Math.max(0, length - 1)).join("")}…`;
}
