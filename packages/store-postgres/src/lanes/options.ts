import { LlmError } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';

/** Options of `lanes`, which limits concurrent attempts. */
export interface LanesOptions {
  /** Name of the lanes. Processes that use the same name and schema share them. */
  readonly name: string;
  /** Maximum number of concurrent attempts across all processes. */
  readonly most: number;
  /** Whether each target or provider has separate lanes. Without a value, all targets share the lanes. */
  readonly each?: 'target' | 'provider' | undefined;
  /**
   * Time after which the reservation of a process that died is released, in milliseconds. Running attempts renew their
   * reservations.
   *
   * @default 15_000
   */
  readonly leaseMs?: number | undefined;
  /**
   * Decision while PostgreSQL does not answer. With `share`, each process runs at most `max(1, floor(most × share))` attempts.
   *
   * @default { share: 0 }, one attempt at a time in each process
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

/** Throws `config` with the name of an invalid field. */
export function checkLanes(options: LanesOptions): void {
  checkOptions('lanes', options, KINDS, ['name', 'most']);
  const { name, most, whenDown = 'deny' } = options;
  const fail = (path: string, why: string): never => {
    throw new LlmError('config', `lanes: ${path}: ${why}`, { path });
  };
  if (name === '') fail('name', 'must not be empty; processes share lanes by name');
  if (!Number.isSafeInteger(most)) fail('most', `must be an integer, not ${most}`);
  if (typeof whenDown === 'string' ? !['admit', 'deny'].includes(whenDown) : !isShare(whenDown.share))
    fail('whenDown', `must be 'admit', 'deny' or a share from 0 to 1, not ${JSON.stringify(whenDown)}`);
}

const isShare = (share: unknown): boolean => typeof share === 'number' && share >= 0 && share <= 1;
