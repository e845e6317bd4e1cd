/** Collects a repeated option into a list, for commander. */
export function collectText(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}
