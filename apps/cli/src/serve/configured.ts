import type { ServedModel } from '@majordomo/admin';
import type { CallEvent, Majordomo, ResolvedTarget } from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import { undiciFetch } from '@majordomo/undici';
import { openableIds } from '../backends/configured.ts';
import { openSpecs } from '../backends/open.ts';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../program/io.ts';
import { presetsOf, servedModels, type ServedModels } from './served-models.ts';

/** Part of a server that a reload of the configuration replaces. */
export interface Configured {
  readonly majordomo: Majordomo;
  readonly models: ServedModels;
}

interface ConfiguredOptions {
  /** Value of `--models`. */
  readonly names: readonly string[] | undefined;
  readonly ledger: Ledger | undefined;
  readonly onEvent: (event: CallEvent) => void;
  /** Majordomo whose health data the new majordomo shares. */
  readonly base?: Majordomo | undefined;
}

/** Opens the providers of the configuration. Throws for names and specs that cannot be resolved. */
export async function configured(
  settings: Settings,
  { names, ...options }: ConfiguredOptions,
  { cwd, env, signal }: Io,
): Promise<Configured> {
  const models = servedModels(names, settings);
  const majordomo = await openSpecs(await specsOf(models, settings, cwd), settings, {
    cwd,
    signal,
    ...options,
    // `NODE_USE_ENV_PROXY=1` enables HTTP_PROXY and similar variables, as for Node's `fetch`.
    fetch: undiciFetch({ proxy: env['NODE_USE_ENV_PROXY'] === '1' ? 'environment' : undefined }),
  });
  // Resolve now, so that an error, such as an unknown parameter of a DSN, is reported before the first request.
  for (const spec of fixedSpecs(models, settings)) await majordomo.resolve(spec, { signal });
  return { majordomo, models };
}

/**
 * Returns the specs whose providers are opened. If the configuration has presets, all available providers are opened, because a
 * preset may select any of them.
 */
async function specsOf(models: ServedModels, settings: Settings, cwd: string): Promise<readonly string[]> {
  const specs = fixedSpecs(models, settings);
  if (presetsOf(settings).length === 0) return specs;
  return [...specs, ...(await openableIds(settings, cwd)).map((id) => `${id}/*`)];
}

/** Returns the specs that are not presets. */
function fixedSpecs(models: ServedModels, settings: Settings): readonly string[] {
  const presets = new Set(presetsOf(settings));
  return Object.values(models).filter((spec) => !presets.has(spec));
}

/** Returns each served name with its current targets, for the admin API. A name that cannot be resolved has none. */
export const servedTargets = ({ majordomo, models }: Configured): Promise<readonly ServedModel[]> =>
  Promise.all(
    Object.entries(models).map(async ([name, spec]) => {
      const targets = await majordomo.resolve(spec).catch((): readonly ResolvedTarget[] => []);
      return { name, targets: targets.map(({ target, vendor, model }) => ({ target, vendor, model })) };
    }),
  );
