/** Adds up an option that can be given more than once: one value each, so that a prompt may follow it. */
export const another = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];
