/** Returns the message of a thrown value. Any value can be thrown, also an object without a text form. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? (thrown.message as unknown) : thrown);
  } catch {
    return `it threw a value of type ${typeof thrown} that has no text`;
  }
}
