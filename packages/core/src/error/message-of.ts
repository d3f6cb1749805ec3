/** What was thrown, in words: anything can be thrown, also what cannot be made a text, or throws when it is looked at. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? (thrown.message as unknown) : thrown);
  } catch {
    return `it threw a value of type ${typeof thrown} that has no text`;
  }
}
