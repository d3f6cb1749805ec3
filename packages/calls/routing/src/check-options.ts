import {
  checkOptions as checkKinds,
  func,
  type KindsOf,
  number,
  object,
  record,
  rejectUnknownOptions,
  sizedText,
} from '@majordomo/core/toolkit';
import type { RouterOptions } from './contract.ts';
import { checkPreset, spec } from './presets/check-preset.ts';

const KINDS: KindsOf<RouterOptions> = {
  presets: 'object',
  catalog: 'object with find',
  ledger: 'object with state',
  quality: record(number(0, 1)),
  simpleTurns: object({ use: spec }, { is: func }),
  overrideKey: sizedText(1, 200),
  clock: 'object with now',
};

/** Throws `config` with the path of the first invalid option. */
export function checkOptions(options: RouterOptions): void {
  checkKinds('createRouter', options, KINDS, ['presets']);
  rejectUnknownOptions(options, KINDS, 'createRouter: ');
  for (const [name, preset] of Object.entries(options.presets)) checkPreset(name, preset);
}
