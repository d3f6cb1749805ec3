import type { Warning } from '@majordomo/core';

/** Facts about a call that its client receives. */
export interface CallInfo {
  readonly target: string | undefined;
  /** Attempts so far, including the one that answers. */
  readonly attempts: number;
  readonly warnings: readonly Warning[];
}

/** Servers and clients limit the length of headers. */
const MAX_LENGTH = 2000;

/** Returns headers with the target that answered, the count of attempts, and the warnings of the call. */
export function callHeaders({ target, attempts, warnings }: CallInfo): Record<string, string> {
  const texts = warnings.map(({ action, what, why }) => `${action} ${what}: ${why}`);
  return {
    ...(target === undefined ? {} : { 'x-majordomo-target': printable(target) }),
    'x-majordomo-attempts': String(attempts),
    ...(texts.length === 0 ? {} : { 'x-majordomo-warnings': printable(texts.join('; ')) }),
  };
}

/** Headers allow no other characters. */
const printable = (text: string): string => text.slice(0, MAX_LENGTH).replace(/[^\x20-\x7e]/g, '?');
