import { checkOptions as checkKinds, type KindsOf } from '@majordomo/core/toolkit';
import type { RouterOptions } from './contract.ts';
import { checkNames, checkPreset, checkSpec, configError, isObject } from './presets/check-preset.ts';

const KINDS: KindsOf<RouterOptions> = {
  presets: 'object',
  catalog: 'object with find',
  ledger: 'object with state',
  quality: 'object',
  simpleTurns: 'object',
  overrideKey: 'string',
  clock: 'object with now',
};

/** Throws `config` with the path of an invalid option. */
export function checkOptions(options: RouterOptions): void {
  if (!isObject(options)) throw configError('options', 'createRouter requires an object with presets');
  checkNames(options, Object.keys(KINDS), 'options');
  if (!isObject(options.presets)) throw configError('presets', 'must be an object of presets by their names');
  checkKinds('createRouter', options, KINDS);
  const { presets, quality = {}, simpleTurns, overrideKey } = options;
  for (const [name, preset] of Object.entries(presets)) checkPreset(name, preset);
  for (const [target, value] of Object.entries(quality))
    if (!(typeof value === 'number' && value >= 0 && value <= 1))
      throw configError(
        `quality.${target}`,
        `must be of type number and from 0 to 1, not ${typeof value === 'number' ? String(value) : typeof value}`,
      );
  if (overrideKey === '') throw configError('overrideKey', 'must be a non-empty key of metadata');
  if (simpleTurns === undefined) return;
  checkNames(simpleTurns, ['use', 'is'], 'simpleTurns');
  checkSpec(simpleTurns.use, 'simpleTurns.use');
  if (!['function', 'undefined'].includes(typeof simpleTurns.is))
    throw configError('simpleTurns.is', 'must be a function');
}
