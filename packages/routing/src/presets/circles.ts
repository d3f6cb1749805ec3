import { LlmError } from '@majordomo/core';
import type { Preset } from '../contract.ts';
import { elementsOf, isName } from '../elements.ts';

/**
 * Throws `config` for presets that refer to each other in a cycle. Functions are not checked, because their results depend on
 * the call.
 */
export function checkCircles(presets: ReadonlyMap<string, Preset>): void {
  const sound = new Set<string>();
  for (const name of presets.keys()) follow([name], presets, sound);
}

function follow(path: readonly string[], presets: ReadonlyMap<string, Preset>, sound: Set<string>): void {
  const name = path.at(-1) ?? '';
  const preset = presets.get(name);
  if (preset === undefined || sound.has(name)) return;
  for (const inner of namesIn(preset)) {
    if (path.includes(inner)) throw circleError([...path.slice(path.indexOf(inner)), inner]);
    follow([...path, inner], presets, sound);
  }
  sound.add(name);
}

function namesIn(preset: Preset): readonly string[] {
  if (typeof preset === 'function') return [];
  const specs =
    typeof preset === 'string'
      ? [preset]
      : 'choose' in preset
        ? [...preset.choose, ...(preset.fallback === undefined ? [] : [preset.fallback])]
        : [preset.spec];
  return specs.flatMap(elementsOf).filter(isName);
}

function circleError(path: readonly string[]): LlmError {
  const [name = ''] = path;
  const message = `preset "${name}" refers to itself: ${path.join(' -> ')}; remove one of these references`;
  return new LlmError('config', message, { code: 'preset-circle', path: `presets.${name}` });
}
