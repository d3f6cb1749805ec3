import { LlmError } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';

/** How many may be at work at once. */
export interface LanesOptions {
  /** Lanes of one name are shared by all processes of a prefix. */
  readonly name: string;
  /** Attempts at a time, over all processes. */
  readonly most: number;
  /** Lanes of its own for each target or provider; default: for all together. */
  readonly each?: 'target' | 'provider' | undefined;
  /** A holder that died gives its place back after this long; renewed while an attempt runs. Default 15,000 ms. */
  readonly leaseMs?: number | undefined;
  /**
   * When Redis does not answer. `share`: this process alone keeps to max(1, floor(most × share)). Default `{ share: 0 }`: one
   * at a time in each process.
   */
  readonly whenDown?: 'admit' | 'deny' | { readonly share: number } | undefined;
}

const KINDS: KindsOf<LanesOptions> = {
  name: 'string',
  most: 1,
  each: ['target', 'provider'],
  leaseMs: 1,
  whenDown: true,
};

/** Throws `config`, naming the field. */
export function checkLanes(options: LanesOptions): void {
  checkOptions('lanes', options, KINDS, ['name', 'most']);
  const { name, most, whenDown = 'deny' } = options;
  const fail = (path: string, why: string): never => {
    throw new LlmError('config', `lanes: ${path} ${why}`, { path });
  };
  if (name === '') fail('name', 'is empty: processes share lanes by it');
  if (!Number.isSafeInteger(most)) fail('most', `must be a whole number, not ${most}`);
  if (typeof whenDown === 'string' ? !['admit', 'deny'].includes(whenDown) : !isShare(whenDown.share))
    fail('whenDown', `must be 'admit', 'deny' or a share from 0 to 1, not ${JSON.stringify(whenDown)}`);
}

const isShare = (share: unknown): boolean => typeof share === 'number' && share >= 0 && share <= 1;
