/** Collects an option that can be given several times, with one value each, so that a prompt may follow. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];
