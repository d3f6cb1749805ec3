import {
  checkOptions as checkKinds,
  func,
  type KindsOf,
  list,
  number,
  ofKind,
  text,
} from '@majordomo/core/toolkit';
import type { LedgerOptions } from './contract/ledger.ts';

const RESERVE = ofKind(['maximum', 'likely']);

const KINDS: KindsOf<LedgerOptions> = {
  store: 'object with reserve',
  catalog: 'object with find',
  limits: 'array',
  limitsOf: 'function',
  unknownPrice: ['admit', 'deny'],
  reserve: (value) => (func(value) === undefined ? undefined : RESERVE(value)),
  media: 'object',
  whenDown: ['admit', 'deny'],
  storeTimeoutMs: number(1),
  whenHeld: ['wait', 'deny'],
  heldTimeoutMs: number(1),
  tags: list(text),
  onAlert: 'function',
  onRecord: 'function',
  clock: 'object with now',
};

/** Throws `config` with the path of the first invalid option. Does not check the elements of `limits`. */
export const checkOptions = (options: LedgerOptions): void => {
  checkKinds('createLedger', options, KINDS);
};
