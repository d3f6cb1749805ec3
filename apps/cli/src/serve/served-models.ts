import { didYouMean } from '@majordomo/core/toolkit';
import type { Settings } from '../config/settings.ts';
import { Stop } from '../program/exit.ts';

/** Spec of each served name. */
export type ServedModels = Readonly<Record<string, string>>;

/**
 * Returns the requested names, each given as `name`, `name=spec` or `provider/model`. If none is requested, returns all names of
 * the configuration: aliases, presets, and `default` for its `model`. Throws `Stop` for no or repeated names.
 */
export function servedModels(wanted: readonly string[] | undefined, settings: Settings): ServedModels {
  const known = namesIn(settings);
  const all =
    wanted === undefined ? Object.entries(known) : wanted.flatMap((text) => meaningsIn(text, known));
  if (all.length === 0)
    throw new Stop(
      'no names to serve; define `aliases` in majordomo.config, or pass --models fast=<provider/model>,<provider/model>',
    );
  const names = all.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Stop(`--models defines "${twice}" twice; remove one`);
  return Object.fromEntries(all);
}

const namesIn = ({ model, aliases, routers = [] }: Settings): ServedModels => ({
  ...(model !== undefined && { default: model }),
  ...Object.fromEntries(presetsOf({ routers }).map((name) => [name, name])),
  ...Object.fromEntries(Object.keys(aliases).map((name) => [name, name])),
});

/** Returns the names that routers resolve for each request. */
export const presetsOf = ({ routers = [] }: Pick<Settings, 'routers'>): readonly string[] =>
  routers.flatMap((router) => router.names());

/** Matches a value of `--models` with several names. Targets contain no semicolon, and no equals sign before the slash. */
const SEVERAL = /;|,[^,;/]*=/;

function meaningsIn(text: string, known: ServedModels): readonly (readonly [string, string])[] {
  const at = text.indexOf('=');
  if (at >= 0) {
    const name = text.slice(0, at).trim();
    const spec = text.slice(at + 1).trim();
    if (name === '' || spec === '') throw new Stop(`--models must be name=spec, not "${text}"`);
    if (SEVERAL.test(spec))
      throw new Stop(`--models accepts one name=spec, not "${text}"; repeat --models for each`);
    return [[name, spec]];
  }
  return text.split(',').map((word) => {
    const name = word.trim();
    if (Object.hasOwn(known, name)) return [name, known[name] ?? name];
    // A target is served under its spec.
    if (/^[^/\s]+\/\S+$/.test(name)) return [name, name];
    const names = Object.keys(known);
    const there = names.length === 0 ? 'the configuration has none' : `names: ${names.join(', ')}`;
    throw new Stop(`--models: unknown name "${name}" (${there})${didYouMean(name, names)}`);
  });
}
