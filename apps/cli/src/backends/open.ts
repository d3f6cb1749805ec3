import {
  createMajordomo,
  listeners,
  type CallEvent,
  type ChatRequest,
  type Majordomo,
  type MajordomoOptions,
} from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import { lacksKey, type Backend } from './backends.ts';
import { createBackend } from './create-backend.ts';
import { loadPackage } from '../program/load-package.ts';
import { outline, suggestModel } from './outline.ts';
import { underDsn } from './dsns.ts';
import type { Known } from './known.ts';

/** Options of `openSpec`. `cwd`: folder from which packages are loaded. */
export interface OpenOptions {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly onEvent?: ((event: CallEvent) => void) | undefined;
  /** Ledger that records the calls and applies limits. */
  readonly ledger?: Ledger | undefined;
  readonly around?: MajordomoOptions['around'];
  /** Request that is passed to resolvers. */
  readonly request?: ChatRequest | undefined;
  /** Majordomo whose health data the new majordomo shares. */
  readonly base?: Majordomo | undefined;
}

/**
 * Creates a majordomo with only the providers of a spec. Throws `config` for an unknown name, and `Stop` for a missing package.
 */
export async function openSpec(spec: string, settings: Known, options: OpenOptions): Promise<Majordomo> {
  return openSpecs([spec], settings, options);
}

/** Creates a majordomo with the providers of these ids. `*` completes a spec, which requires a model. No request uses it. */
export const openIds = (ids: readonly string[], settings: Known, options: OpenOptions): Promise<Majordomo> =>
  openSpecs(
    ids.map((id) => `${id}/*`),
    settings,
    options,
  );

/** Creates a majordomo with the providers of several specs. */
export async function openSpecs(
  specs: readonly string[],
  settings: Known,
  { cwd, signal, fetch, onEvent, ledger, around, request, base }: OpenOptions,
): Promise<Majordomo> {
  const { majordomo, needed, namedById } = outline(settings);
  // Resolving a spec adds the backends that it needs to `needed` and `namedById`.
  for (const spec of specs) await majordomo.resolve(spec, { signal, request });
  // A DSN contains its key, so only a backend that is named by its id may need a key of the vault.
  const stored = [...namedById].some((backend) => lacksKey(backend, settings.env))
    ? await settings.vault?.()
    : undefined;
  const load = async (backend: Backend) =>
    createBackend(backend, await loadPackage(backend.package, cwd, backend.id), settings.env, stored);
  const loaded = await Promise.all([...needed].map(load));
  const { aliases, resolvers, routers = [], env, chain } = settings;
  const hear = listeners(
    ...(onEvent === undefined ? [] : [onEvent]),
    ...routers.map((router) => router.onEvent),
  );
  const providers = [...settings.providers, ...loaded.map((provider) => underDsn(provider, env))];
  const options = {
    providers,
    aliases,
    resolvers,
    suggestModel,
    env,
    chain,
    fetch,
    onEvent: hear,
    gates: ledger && [ledger.gate],
    around,
  };
  return base === undefined ? createMajordomo(options) : base.with(options);
}
