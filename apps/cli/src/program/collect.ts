/** Collects the values of a repeatable option. Each occurrence has one value, so that a prompt may follow. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];
