import { expect } from 'vitest';

/** Reasons for which members are omitted, by path. `*` matches any text. */
export type Omissions = Readonly<Record<string, string>>;

const matcherOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replaceAll(/[.[\]{}]/g, String.raw`\$&`).replaceAll('*', '.*')}$`);

/** Fails for members that are not read and not omitted, and for omissions that no longer exist. */
export function expectOmitted(unread: readonly string[], omissions: Omissions = {}): void {
  const patterns = Object.keys(omissions);
  const isOmitted = (member: string): boolean => patterns.some((pattern) => matcherOf(pattern).test(member));
  expect(unread.filter((member) => !isOmitted(member))).toEqual([]);
  const isUsed = (pattern: string): boolean => unread.some((member) => matcherOf(pattern).test(member));
  expect(patterns.filter((pattern) => !isUsed(pattern))).toEqual([]);
}
