import { createMajordomo, type CallEvent, type Env, type Majordomo, type Provider } from '@majordomo/core';
import type { Settings } from '../config/settings.ts';
import type { Backend } from './backends.ts';
import { createBackend } from './create-backend.ts';
import { loadPackage } from './load-package.ts';
import { backendsFor, dsnOf, expand, type Known } from './wanted.ts';

const parse: Known['parse'] = (spec) => createMajordomo({ providers: [] }).parse(spec);

/** What `expand` and `backendsFor` have to know, of these settings. */
export const knownOf = (settings: Settings, signal: AbortSignal): Known => ({
  env: settings.env,
  meaning: (name) => meaningOf(name, settings, signal),
  providers: settings.providers.map(({ id }) => id),
  parse,
});

/** What a name stands for: the aliases first, then the resolvers in order, as core has it. */
export async function meaningOf(
  name: string,
  { aliases, resolvers }: Pick<Settings, 'aliases' | 'resolvers'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (Object.hasOwn(aliases, name)) return aliases[name];
  for (const resolver of resolvers) {
    const meaning = await resolver(name, { call: undefined, signal });
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}

/** Where the packages are looked for, and who hears of the calls. */
export interface OpenOptions {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly onEvent?: ((event: CallEvent) => void) | undefined;
}

/** A majordomo with the providers that a spec names, and no other. Throws `Stop` for a package that is missing. */
export async function openSpec(spec: string, settings: Settings, options: OpenOptions): Promise<Majordomo> {
  const targets = await expand(spec, knownOf(settings, options.signal));
  return openIds(
    targets.map((target) => target.split('/')[0] ?? ''),
    settings,
    options,
  );
}

/** The same, for ids of providers. */
export async function openIds(
  ids: readonly string[],
  settings: Settings,
  { cwd, signal, fetch, onEvent }: OpenOptions,
): Promise<Majordomo> {
  const backends = backendsFor([...new Set(ids)], knownOf(settings, signal));
  const loaded = await Promise.all(
    backends.map(async (backend) => {
      const provider = createBackend(backend, await moduleOf(backend, cwd), settings.env);
      return underDsn(provider, settings.env);
    }),
  );
  const { aliases, resolvers, env, chain } = settings;
  const providers = [...settings.providers, ...loaded];
  return createMajordomo({ providers, aliases, resolvers, env, chain, fetch, onEvent });
}

/** `LLM_OLLAMA` says what `ollama` is: the package then serves schemes alone, under a name that no spec can have. */
const underDsn = (provider: Provider, env: Env): Provider =>
  dsnOf(provider.id, env) === undefined ? provider : { ...provider, id: `${provider.id}://` };

const moduleOf = (backend: Backend, cwd: string): Promise<object> =>
  loadPackage(backend.package, cwd, backend.id);
