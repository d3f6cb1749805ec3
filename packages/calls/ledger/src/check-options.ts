import { LlmError } from '@majordomo/core';
import { checkFinite, checkOptions as checkKinds, type KindsOf } from '@majordomo/core/toolkit';
import type { LedgerOptions } from './contract/ledger.ts';

const KINDS: KindsOf<LedgerOptions> = {
  store: 'object with reserve',
  catalog: 'object with find',
  limits: 'array',
  limitsOf: 'function',
  unknownPrice: ['admit', 'deny'],
  reserve: 'string or function',
  media: 'object',
  whenDown: ['admit', 'deny'],
  storeTimeoutMs: 1,
  whenHeld: ['wait', 'deny'],
  heldTimeoutMs: 1,
  tags: 'array',
  onAlert: 'function',
  onRecord: 'function',
  clock: 'object with now',
};

/** Throws `config` with the path of the first invalid option. Does not check the elements of `limits`. */
export function checkOptions(options: LedgerOptions): void {
  checkKinds('createLedger', options, KINDS);
  const { reserve, storeTimeoutMs, heldTimeoutMs, tags } = options;
  checkFinite(storeTimeoutMs, 'storeTimeoutMs', 'createLedger: ');
  checkFinite(heldTimeoutMs, 'heldTimeoutMs', 'createLedger: ');
  if (typeof reserve === 'string')
    checkKinds('createLedger', { reserve }, { reserve: ['maximum', 'likely'] });
  if (tags?.some((tag: unknown) => typeof tag !== 'string'))
    throw new LlmError('config', "createLedger: tags must be names of call metadata, such as ['feature']", {
      path: 'tags',
    });
}
