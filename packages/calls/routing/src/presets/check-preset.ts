import { LlmError, type TargetSettings } from '@majordomo/core';
import {
  atLeast,
  anything,
  type Check,
  checked,
  expected,
  flag,
  integer,
  isRecord,
  list,
  nanoUsdOf,
  number,
  object,
  oneOf,
  problem,
  where,
} from '@majordomo/core/toolkit';
import type { Choice, Needs, Preset, Weights } from '../contract.ts';
import { STRATEGIES } from '../strategies.ts';
import { elementsOf } from '../elements.ts';

/** Members of settings. Their values are checked when a call uses them. */
const settings = object({}, {
  maxTokens: anything,
  temperature: anything,
  topP: anything,
  stop: anything,
  seed: anything,
  reasoning: anything,
  cache: anything,
  extra: anything,
  timeouts: anything,
  policy: anything,
} satisfies Record<keyof TargetSettings, Check>);

/** Check of a spec. */
export const spec: Check<string> = (value) => {
  if (typeof value !== 'string') return expected('a spec of type string', value);
  return elementsOf(value).includes('')
    ? problem(`"${value}" has an empty element; name a target`)
    : undefined;
};
/** Check of a spec of one target or name. */
export const single: Check<string> = where(
  spec,
  (value) => elementsOf(value).length === 1,
  'must be a single target or name, not a chain',
);

/** Check of the weight of an arm or a criterion. */
export const weight: Check<number> = number(0);
const weights = where(
  object({ cost: weight, speed: weight, quality: weight } satisfies Record<keyof Weights, Check>),
  (value) => Object.values(value).some((each) => each > 0),
  'must have at least one weight above 0',
);
const strategy = oneOf(...Object.keys(STRATEGIES));

const choice = object({ choose: list(single, 1) }, {
  by: (value) => (isRecord(value) ? weights(value) : strategy(value)),
  most: integer(1),
  needs: object({}, {
    tools: flag,
    images: flag,
    structured: flag,
    reasoning: flag,
    contextTokens: atLeast(0),
    maxUsdPerCall: (value) =>
      typeof value === 'string' && nanoUsdOf(value) !== undefined
        ? undefined
        : problem("must be a string with a decimal number of up to nine decimals, such as '0.05'"),
  } satisfies Record<keyof Needs, Check>),
  fallback: spec,
} satisfies Record<Exclude<keyof Choice, 'choose'>, Check>);

const named = object({ spec }, { with: settings });

/** Throws `config` with the path of an invalid preset. */
export function checkPreset(name: string, preset: Preset): void {
  const path = `presets.${name}`;
  if (name === '' || elementsOf(name).length > 1 || name.includes('/') || name.trim() !== name)
    throw configError(path, 'a name must not be empty, contain a comma or slash, or have outer white space');
  if (typeof preset === 'function') return;
  if (typeof preset === 'string') checked(spec, preset, path, configError);
  else if (!isRecord(preset))
    throw configError(path, 'must be a spec, { spec, with }, { choose, … } or a function');
  else checked<unknown>('choose' in preset ? choice : named, preset, path, configError);
}

export const configError = (path: string, why: string): LlmError =>
  new LlmError('config', `${path}: ${why}`, { path });
