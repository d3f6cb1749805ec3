import type { Skill } from '@majordomo/agent';
import type { Env } from '@majordomo/core';
import { dirname } from 'node:path';
import type { Known } from '../backends/known.ts';
import { Stop } from '../exit.ts';
import type { Io } from '../io.ts';
import type { LoginConfig } from '../vault/login-config.ts';
import type { Stored } from '../vault/stored.ts';
import type { LedgerConfig } from './config.ts';
import { loadConfigs, type LoadedConfig } from './load-config.ts';
import { GUIDING_MEMBERS } from './trust.ts';

/** What all commands work with: the environment over the project's configuration over the user's. */
export interface Settings extends Known {
  readonly model: string | undefined;
  readonly system: string | undefined;
  readonly skills: readonly Skill[];
  /** With the folder that its file is relative to. */
  readonly ledger: (LedgerConfig & { readonly folder: string }) | undefined;
  readonly log: boolean;
  readonly logins: Readonly<Record<string, LoginConfig>>;
  readonly files: readonly LoadedConfig[];
}

/**
 * Reads the configurations and lays them over each other. Throws `Stop` for one that needs trust, unless the variables of
 * such a one are to be left out.
 */
export async function loadSettings(io: Io, untrusted: 'stop' | 'leave-out' = 'stop'): Promise<Settings> {
  const files = await loadConfigs(io);
  const needy = files.find(({ isTrusted }) => !isTrusted);
  if (needy !== undefined && untrusted === 'stop') {
    throw new Stop(`${needy.file} ${needOf(needy)}. Look at it, then: majordomo trust`);
  }
  const settings = settingsOf(files, io.env);
  return { ...settings, vault: lazily(settings, io) };
}

/** The vault is read when a key of it may be wanted, and once. */
function lazily({ logins }: Settings, io: Io): () => Promise<Stored | undefined> {
  let reading: Promise<Stored | undefined> | undefined;
  const read = async (): Promise<Stored | undefined> => {
    const { stored } = await import('../vault/stored.ts');
    return stored(logins, io);
  };
  return () => (reading ??= read());
}

/** Why a configuration has to be trusted. */
export function needOf({ guiding }: LoadedConfig): string {
  const isVariable = guiding.some((name) => !Object.hasOwn(GUIDING_MEMBERS, name));
  const reasons = [
    ...(isVariable ? ['can lead your keys to places of its choosing'] : []),
    ...guiding.flatMap((name) => GUIDING_MEMBERS[name] ?? []),
  ];
  return `sets ${guiding.join(', ')}, which ${reasons.join(', and ')}`;
}

/** Flags come later, in the commands; `files` are in order of precedence. */
export function settingsOf(files: readonly LoadedConfig[], env: Env): Settings {
  const configs = files.map(({ config }) => config);
  const lowestFirst = configs.toReversed();
  const first = <T>(values: readonly (T | undefined)[]): T | undefined =>
    values.find((value) => value !== undefined);
  const known = new Set<string>();
  return {
    files,
    model: first([env['MAJORDOMO_MODEL'], ...configs.map(({ model }) => model)]),
    system: first(configs.map(({ system }) => system)),
    aliases: Object.assign({}, ...lowestFirst.map(({ aliases }) => aliases)) as Record<string, string>,
    env: { ...(Object.assign({}, ...lowestFirst.map((config) => config.env)) as Env), ...env },
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
    log: first(configs.map(({ log }) => log)) ?? false,
    logins: Object.assign({}, ...lowestFirst.map(({ logins }) => logins)) as Record<string, LoginConfig>,
    skills: configs.flatMap(({ skills = [] }) => skills),
    // A member named `__proto__` is one like others.
    chain: Object.fromEntries(lowestFirst.flatMap(({ chain = {} }) => Object.entries(chain))),
  };
}
