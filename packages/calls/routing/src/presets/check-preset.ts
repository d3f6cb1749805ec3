import { LlmError, type TargetSettings } from '@majordomo/core';
import { didYouMean } from '@majordomo/core/toolkit';
import type { Choice, Needs, Preset, Weights } from '../contract.ts';
import { parseNanoUsd } from '../ranking/usd.ts';
import { STRATEGIES } from '../strategies.ts';
import { elementsOf } from '../elements.ts';

const CHOICE: readonly (keyof Choice)[] = ['choose', 'by', 'most', 'needs', 'fallback'];
const NAMED = ['spec', 'with'];
const SETTINGS: readonly (keyof TargetSettings)[] = [
  'maxTokens',
  'temperature',
  'topP',
  'stop',
  'seed',
  'reasoning',
  'cache',
  'extra',
  'timeouts',
  'policy',
];
const WEIGHTS: readonly (keyof Weights)[] = ['cost', 'speed', 'quality'];
const ABILITIES = ['tools', 'images', 'structured', 'reasoning'] as const;
const NEEDS: readonly (keyof Needs)[] = [...ABILITIES, 'contextTokens', 'maxUsdPerCall'];

/** Throws `config` with the path of an invalid preset. */
export function checkPreset(name: string, preset: Preset): void {
  const path = `presets.${name}`;
  if (name === '' || elementsOf(name).length > 1 || name.includes('/') || name.trim() !== name)
    throw configError(path, 'a name must not be empty, contain a comma or slash, or have outer white space');
  if (typeof preset === 'function') return;
  if (typeof preset === 'string') checkSpec(preset, path);
  else if (!isObject(preset))
    throw configError(path, 'must be a spec, { spec, with }, { choose, … } or a function');
  else if ('choose' in preset) checkChoice(preset, path);
  else {
    checkNames(preset, NAMED, path);
    checkSpec(preset.spec, `${path}.spec`);
    checkSettings(preset.with, `${path}.with`);
  }
}

/** Checks only the names of settings. Their values are checked when a call uses them. */
function checkSettings(settings: TargetSettings | undefined, path: string): void {
  if (settings === undefined) return;
  if (!isObject(settings)) throw configError(path, 'must be an object');
  checkNames(settings, SETTINGS, path);
}

/** Throws `config` for an invalid spec. */
export function checkSpec(spec: unknown, path: string): void {
  if (typeof spec !== 'string') throw configError(path, `must be a spec of type string, not ${typeof spec}`);
  if (elementsOf(spec).includes('')) throw configError(path, `"${spec}" has an empty element; name a target`);
}

function checkChoice({ choose, by, most, needs, fallback, ...others }: Choice, path: string): void {
  checkNames(others, CHOICE, path);
  if (!Array.isArray(choose) || choose.length === 0)
    throw configError(`${path}.choose`, 'must be a non-empty array of targets or names');
  choose.forEach((target: unknown, at) => {
    checkSpec(target, `${path}.choose[${at}]`);
    if (elementsOf(String(target)).length > 1)
      throw configError(`${path}.choose[${at}]`, 'must be a single target or name, not a chain');
  });
  checkStrategy(by, `${path}.by`);
  if (most !== undefined && !(Number.isInteger(most) && most >= 1))
    throw configError(`${path}.most`, `must be an integer of 1 or above, not ${String(most)}`);
  if (needs !== undefined) checkNeeds(needs, `${path}.needs`);
  if (fallback !== undefined) checkSpec(fallback, `${path}.fallback`);
}

function checkStrategy(by: Choice['by'], path: string): void {
  if (by === undefined) return;
  if (typeof by === 'string') {
    if (Object.hasOwn(STRATEGIES, by)) return;
    const known = Object.keys(STRATEGIES);
    throw configError(path, `unknown strategy "${by}" (known: ${known.join(', ')})${didYouMean(by, known)}`);
  }
  if (!isObject(by)) throw configError(path, 'must be the name of a strategy or an object of weights');
  checkNames(by, WEIGHTS, path);
  const weights = WEIGHTS.map((name) => [name, by[name] as unknown] as const);
  for (const [name, weight] of weights)
    if (typeof weight !== 'number' || !(weight >= 0 && weight < Infinity))
      throw configError(`${path}.${name}`, `must be a finite number, 0 or above, not ${String(weight)}`);
  if (weights.every(([, weight]) => weight === 0))
    throw configError(path, 'must have at least one weight above 0');
}

function checkNeeds(needs: Needs, path: string): void {
  if (!isObject(needs)) throw configError(path, 'must be an object');
  checkNames(needs, NEEDS, path);
  for (const name of ABILITIES)
    if (!['boolean', 'undefined'].includes(typeof needs[name]))
      throw configError(`${path}.${name}`, 'must be true or false');
  const { contextTokens, maxUsdPerCall } = needs;
  if (contextTokens !== undefined && !(typeof contextTokens === 'number' && contextTokens >= 0))
    throw configError(`${path}.contextTokens`, `must be a number, 0 or above, not ${String(contextTokens)}`);
  if (maxUsdPerCall !== undefined && parseNanoUsd(maxUsdPerCall) === undefined)
    throw configError(
      `${path}.maxUsdPerCall`,
      `must be a string with a decimal number of up to nine decimals, such as '0.05', not ${maxUsdPerCall}`,
    );
}

/** Throws `config` for an unknown option. */
export function checkNames(options: object, names: readonly string[], path: string): void {
  for (const name of Object.keys(options))
    if (!names.includes(name))
      throw configError(
        `${path}.${name}`,
        `unknown option (known: ${names.join(', ')})${didYouMean(name, names)}`,
      );
}

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const configError = (path: string, why: string): LlmError =>
  new LlmError('config', `${path}: ${why}`, { path });
