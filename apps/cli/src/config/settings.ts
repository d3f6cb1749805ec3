import type { Skill } from '@majordomo/agent';
import type { Env } from '@majordomo/core';
import { dirname } from 'node:path';
import type { Known } from '../backends/known.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { trustPackagesOf } from '../program/load-package.ts';
import { printable } from '../terminal/paint.ts';
import type { LoginConfig } from '../vault/login-config.ts';
import type { StoredKeys } from '../vault/stored-keys.ts';
import type { GatewayConfig, LedgerConfig } from './config.ts';
import { isProjectConfig } from './find-config.ts';
import { loadConfigs, type LoadedConfig } from './load-config.ts';

/** Settings of all commands. In order of precedence: the environment, the project's configuration, the user's configuration. */
export interface Settings extends Known {
  readonly model: string | undefined;
  readonly system: string | undefined;
  readonly skills: readonly Skill[];
  /** Ledger, with the folder that its file is relative to. */
  readonly ledger: (LedgerConfig & { readonly folder: string }) | undefined;
  /** Options of `majordomo serve`, with the folder to which a file in `store` is relative. */
  readonly gateway: (GatewayConfig & { readonly folder: string }) | undefined;
  readonly log: boolean;
  readonly logins: Readonly<Record<string, LoginConfig>>;
  readonly files: readonly LoadedConfig[];
}

/**
 * Reads and merges the configurations. Omits a project's configuration that was never trusted, with a notice. Throws `Stop` if a
 * trusted configuration has changed, because its limits would not apply. With `report`, omits both kinds without a notice.
 */
export async function loadSettings(io: Io, untrusted: 'stop' | 'report' = 'stop'): Promise<Settings> {
  const files = await loadConfigs(io);
  if (untrusted === 'stop') {
    for (const loaded of files) {
      const need = reasonUnused(loaded);
      if (need === undefined) continue;
      if (loaded.trust === 'changed') throw new Stop(`${loaded.file} ${need}`);
      io.stderr.write(printable(`${loaded.file} ${need}\n`));
    }
  }
  // From here on, `loadPackage` also finds the packages that this project has installed.
  if (files.some(({ file, trust }) => trust === 'trusted' && isProjectConfig(file))) trustPackagesOf(io.cwd);
  const settings = settingsOf(files, io.env);
  return { ...settings, vault: vaultReader(settings, io) };
}

/** Returns a function that reads the vault at the first call. */
function vaultReader({ logins }: Settings, io: Io): () => Promise<StoredKeys | undefined> {
  let reading: Promise<StoredKeys | undefined> | undefined;
  const read = async (): Promise<StoredKeys | undefined> => {
    const { openStoredKeys } = await import('../vault/stored-keys.ts');
    return openStoredKeys(logins, io);
  };
  return () => (reading ??= read());
}

/** Returns the reason why a configuration is not used, with the remedy, or `undefined` if the configuration is used. */
export function reasonUnused({ trust }: LoadedConfig): string | undefined {
  if (trust === 'trusted') return undefined;
  return trust === 'changed'
    ? 'has changed since it was trusted, and is not used; review and accept the changes with: majordomo trust'
    : 'is not used, because it is not trusted; review and accept the file with: majordomo trust';
}

/** Merges `files`, which are in order of precedence. The commands add their flags. */
export function settingsOf(files: readonly LoadedConfig[], env: Env): Settings {
  const configs = files.map(({ config }) => config);
  const lowestFirst = configs.toReversed();
  const first = <T>(values: readonly (T | undefined)[]): T | undefined =>
    values.find((value) => value !== undefined);
  const known = new Set<string>();
  return {
    files,
    // An empty variable is treated as a missing one.
    model: first([env['MAJORDOMO_MODEL'] || undefined, ...configs.map(({ model }) => model)]),
    system: first(configs.map(({ system }) => system)),
    aliases: Object.assign({}, ...lowestFirst.map(({ aliases }) => aliases)) as Record<string, string>,
    env: { ...(Object.assign({}, ...lowestFirst.map((config) => config.env)) as Env), ...env },
    // Of several providers with one id, the first one remains.
    providers: configs
      .flatMap(({ providers = [] }) => providers)
      .filter(({ id }) => !known.has(id) && known.add(id)),
    resolvers: configs.flatMap(({ resolvers = [], router }) =>
      router === undefined ? resolvers : [...resolvers, router.resolver],
    ),
    routers: configs.flatMap(({ router }) => router ?? []),
    ledger: first(
      files.map(({ file, config }) => config.ledger && { ...config.ledger, folder: dirname(file) }),
    ),
    gateway: first(
      files.map(({ file, config }) => config.gateway && { ...config.gateway, folder: dirname(file) }),
    ),
    log: first(configs.map(({ log }) => log)) ?? false,
    logins: Object.assign({}, ...lowestFirst.map(({ logins }) => logins)) as Record<string, LoginConfig>,
    skills: configs.flatMap(({ skills = [] }) => skills),
    // Unlike an assignment, `Object.fromEntries` creates a member that is named `__proto__`.
    chain: Object.fromEntries(lowestFirst.flatMap(({ chain = {} }) => Object.entries(chain))),
  };
}
