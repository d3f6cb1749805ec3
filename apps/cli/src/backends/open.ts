import { createMajordomo, type CallEvent, type Majordomo } from '@majordomo/core';
import type { Settings } from '../config/settings.ts';
import { createBackend, type Backend } from './backends.ts';
import { loadPackage } from './load-package.ts';
import { backendsFor, expand, type Known } from './wanted.ts';

const parse: Known['parse'] = (spec) => createMajordomo({ providers: [] }).parse(spec);

/** What `expand` and `backendsFor` have to know, of these settings. */
export const knownOf = ({ aliases, env, providers }: Settings): Known => ({
  aliases,
  env,
  providers: providers.map(({ id }) => id),
  parse,
});

/** Where the packages are looked for, and who hears of the calls. */
export interface OpenOptions {
  readonly cwd: string;
  readonly onEvent?: ((event: CallEvent) => void) | undefined;
}

/** A majordomo with the providers that a spec names, and no other. Throws `Stop` for a package that is missing. */
export async function openSpec(spec: string, settings: Settings, options: OpenOptions): Promise<Majordomo> {
  const ids = expand(spec, knownOf(settings)).map((target) => target.split('/')[0] ?? '');
  return openIds(ids, settings, options);
}

/** The same, for ids of providers. */
export async function openIds(
  ids: readonly string[],
  settings: Settings,
  { cwd, onEvent }: OpenOptions,
): Promise<Majordomo> {
  const backends = backendsFor([...new Set(ids)], knownOf(settings));
  const loaded = await Promise.all(
    backends.map(async (backend) => createBackend(backend, await moduleOf(backend, cwd))),
  );
  const { aliases, env, chain } = settings;
  return createMajordomo({ providers: [...settings.providers, ...loaded], aliases, env, chain, onEvent });
}

const moduleOf = (backend: Backend, cwd: string): Promise<object> =>
  loadPackage(backend.package, cwd, backend.id);
