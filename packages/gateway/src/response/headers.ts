import type { Warning } from '@majordomo/core';

/** What the client learns about its call. */
export interface Told {
  readonly target: string | undefined;
  /** Tries so far, the one that answers included. */
  readonly attempts: number;
  readonly warnings: readonly Warning[];
}

const LONGEST = 2000;

/** Who answered, after how many tries, and what was not done as asked. */
export function toldHeaders({ target, attempts, warnings }: Told): Record<string, string> {
  const texts = warnings.map(({ action, what, why }) => `${action} ${what}: ${why}`);
  return {
    ...(target === undefined ? {} : { 'x-majordomo-target': printable(target) }),
    'x-majordomo-attempts': String(attempts),
    ...(texts.length === 0 ? {} : { 'x-majordomo-warnings': printable(texts.join('; ')) }),
  };
}

/** Headers take nothing else, and servers not much of it. */
const printable = (text: string): string => text.slice(0, LONGEST).replace(/[^\x20-\x7e]/g, '?');
