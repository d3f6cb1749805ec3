import { readFileSync } from 'node:fs';
import { didYouMean } from '@majordomo/core/toolkit';
import type { OAuthOptions } from '@majordomo/credentials';
import type { LoginConfig } from './login-config.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { stateFile, writeState } from '../files/state-file.ts';
import type { Credentials } from './load-credentials.ts';

/** OAuth options of a login, and the name of its entry in the vault. */
export interface Login {
  readonly name: string;
  readonly options: Omit<OAuthOptions, 'vault' | 'name'>;
}

type PresetName = keyof Credentials['oauthPresets'];

/** Provider of each preset. */
const PROVIDERS: Readonly<Record<PresetName, string>> = {
  openrouter: 'openrouter',
  codex: 'codex',
  google: 'google',
  vertex: 'google',
  githubModels: 'github-models',
};

const isPreset = (name: string): name is PresetName => Object.hasOwn(PROVIDERS, name);

/** Returns the login named `called`. Throws `Stop` if the login is unknown or incomplete. */
export function loginOf(
  called: string,
  clientId: string | undefined,
  logins: Readonly<Record<string, LoginConfig>>,
  { oauthPresets }: Credentials,
  io: Pick<Io, 'home' | 'env'>,
): Login {
  const configured = Object.hasOwn(logins, called) ? logins[called] : undefined;
  const before = storedLogin(isPreset(called) ? PROVIDERS[called] : called, io);
  // The name of a preset selects it, also if the stored login of its provider used another preset.
  const preset = configured?.preset ?? (isPreset(called) ? called : (before?.preset ?? called));
  const { preset: _preset, ...own } = configured ?? {};
  if (configured?.issuer === undefined && configured?.endpoints === undefined && !isPreset(preset)) {
    const known = [...Object.keys(PROVIDERS), ...Object.keys(logins)];
    throw new Stop(
      `unknown login "${preset}" (logins: ${known.join(', ')}); add others with \`logins\` in majordomo.config${didYouMean(preset, known)}`,
    );
  }
  const { source: _source, terms, ...known } = isPreset(preset) ? oauthPresets[preset] : NO_PRESET;
  // OpenRouter needs no client id.
  const id =
    clientId ?? own.clientId ?? before?.clientId ?? (known.dialect === 'openrouter' ? '' : undefined);
  if (id === undefined)
    throw new Stop(
      `${called} needs --client-id, or clientId in \`logins\` of majordomo.config. ${terms}`.trim(),
    );
  const name = configured === undefined && isPreset(called) ? PROVIDERS[called] : called;
  return { name, options: { ...known, ...own, clientId: id } };
}

const NO_PRESET = { source: '', terms: '', dialect: undefined } as const;

/** Client id from a flag, stored for later token refreshes. It is not a secret. */
interface StoredLogin {
  readonly preset: string;
  readonly clientId: string;
}

/** Stores the client id of a login, or removes it. */
export function storeLogin(name: string, login: StoredLogin | undefined, io: Pick<Io, 'home' | 'env'>): void {
  const { [name]: before, ...others } = readLogins(io);
  if (before === undefined && login === undefined) return;
  writeState(fileOf(io), login === undefined ? others : { ...others, [name]: login });
}

const fileOf = (io: Pick<Io, 'home' | 'env'>): string => stateFile('logins.json', io);

/** Returns the stored login, if any. Searches the own entries, because `constructor` and similar names are inherited members. */
const storedLogin = (name: string, io: Pick<Io, 'home' | 'env'>): StoredLogin | undefined =>
  Object.entries(readLogins(io)).find(([known]) => known === name)?.[1];

/** Returns the stored entries, or an empty object if the file cannot be read. */
function readLogins(io: Pick<Io, 'home' | 'env'>): Readonly<Record<string, StoredLogin>> {
  try {
    const known = JSON.parse(readFileSync(fileOf(io), 'utf8')) as Readonly<
      Record<string, Partial<StoredLogin>>
    >;
    return Object.fromEntries(
      Object.entries(known).flatMap(([name, { preset, clientId }]) =>
        typeof preset === 'string' && typeof clientId === 'string' ? [[name, { preset, clientId }]] : [],
      ),
    );
  } catch {
    return {};
  }
}
