import { LlmError } from '@majordomo/core';
import type { Preset } from '../contract.ts';
import { elementsOf } from '../elements.ts';
import { isSplit } from './split.ts';

/**
 * Throws `config` for presets that refer to each other in a cycle. Functions other than splits are not checked, because
 * their results depend on the call.
 */
export function checkCircles(presets: ReadonlyMap<string, Preset>): void {
  /** Names from which no cycle can be reached, so that each name is followed once. */
  const sound = new Set<string>();
  for (const name of presets.keys()) follow(name, [], presets, sound);
}

function follow(
  name: string,
  outer: readonly string[],
  presets: ReadonlyMap<string, Preset>,
  sound: Set<string>,
): void {
  const preset = presets.get(name);
  if (preset === undefined || sound.has(name)) return;
  const path = [...outer, name];
  for (const inner of elementsIn(preset)) {
    if (path.includes(inner)) throw circleError(inner, path.slice(path.indexOf(inner)));
    follow(inner, path, presets, sound);
  }
  sound.add(name);
}

function elementsIn(preset: Preset): readonly string[] {
  if (isSplit(preset)) return Object.keys(preset.arms);
  if (typeof preset === 'function') return [];
  const specs =
    typeof preset === 'string'
      ? [preset]
      : 'choose' in preset
        ? [...preset.choose, ...(preset.fallback === undefined ? [] : [preset.fallback])]
        : [preset.spec];
  return specs.flatMap(elementsOf);
}

function circleError(name: string, path: readonly string[]): LlmError {
  const message = `preset "${name}" refers to itself: ${[...path, name].join(' -> ')}; remove one of these references`;
  return new LlmError('config', message, { code: 'preset-circle', path: `presets.${name}` });
}
