import { LlmError } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';

/** Options of lanes, which limit the number of concurrent attempts. */
export interface LanesOptions {
  /** Name of the lanes, which all processes with the same prefix share. */
  readonly name: string;
  /** Maximum number of concurrent attempts across all processes. */
  readonly most: number;
  /** Whether each target or each provider has separate lanes. @default all targets share the lanes */
  readonly each?: 'target' | 'provider' | undefined;
  /**
   * Time after which the place of a process that died is released, in milliseconds. It is renewed while an
   * attempt runs.
   *
   * @default 15_000
   */
  readonly leaseMs?: number | undefined;
  /**
   * Decision while Redis does not respond. `share`: this process runs at most max(1, floor(most × share)) attempts.
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

/** Throws `config` with the name of an invalid option. */
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
