import type { Env } from '@majordomo/core';
import { BACKENDS, hasAddress, type Backend } from '../backends/backends.ts';
import type { Settings } from '../config/settings.ts';
import type { StoredKeys } from '../vault/stored-keys.ts';
import type { Io } from '../program/io.ts';
import { stateOf } from '../vault-commands/vault-keys.ts';
import { reasonOf } from '../program/reason.ts';
import { absent, mistake, ok, type Finding, type Section } from './finding.ts';

/** Lists the credentials of each provider and their locations, without values. */
export async function credentials(settings: Settings, io: Io): Promise<Section> {
  const whereIs = placesIn(settings, io);
  const stored = await settings.vault?.();
  const rows = BACKENDS.filter(({ keyEnv }) => keyEnv.length > 0).map((backend) => ({
    backend,
    found: [...variables(backend, whereIs), ...storedCredentials(backend, stored)],
  }));
  const missing = rows.filter(({ found }) => found.length === 0).map(({ backend }) => backend.id);
  return {
    title: 'Credentials',
    findings: [
      ...rows.flatMap(({ backend, found: [first, ...others] }) =>
        first === undefined ? [] : [shown(backend, first, others, settings.env)],
      ),
      ...vaultFindings(stored),
      ...fillLines(missing).map((line) => absent('none for', line)),
    ],
  };
}

/** Location of a credential, and whether the credential is no longer valid. */
interface FoundCredential {
  readonly text: string;
  readonly isDead: boolean;
}

type WhereIs = (variable: string) => string | undefined;

export const placesIn =
  ({ files }: Settings, { env }: Io): WhereIs =>
  (name) => {
    if ((env[name] ?? '') !== '') return 'environment';
    return files.find(({ config }) => (config.env?.[name] ?? '') !== '')?.file;
  };

const variables = ({ keyEnv }: Backend, whereIs: WhereIs): readonly FoundCredential[] =>
  keyEnv.flatMap((name) => {
    const where = whereIs(name);
    return where === undefined ? [] : [{ text: `${name} (${where})`, isDead: false }];
  });

const storedCredentials = ({ id }: Backend, stored: StoredKeys | undefined): readonly FoundCredential[] =>
  (stored?.entries ?? [])
    .filter(({ name }) => name === id)
    .map((entry) => ({ text: `${stateOf(entry)} (the vault)`, isDead: entry.dead !== undefined }));

function shown(
  backend: Backend,
  { text, isDead }: FoundCredential,
  others: readonly FoundCredential[],
  env: Env,
): Finding {
  const { id, addressEnv = [] } = backend;
  const lacks = hasAddress(backend, env) ? '' : `, but no ${addressEnv.join(' or ')}`;
  const rest = others.length === 0 ? '' : `, before ${others.map((other) => other.text).join(', ')}`;
  if (isDead) return mistake(id, text + rest);
  return (lacks === '' ? ok : absent)(id, text + rest + lacks);
}

/** Reports the location of the vault and its unused entries, or the reason why the vault cannot be read. */
function vaultFindings(stored: StoredKeys | undefined): readonly Finding[] {
  if (stored === undefined) return [];
  const { path, entries, error } = stored;
  if (error !== undefined) return [mistake('the vault', reasonOf(error))];
  const ids = new Set(BACKENDS.map(({ id }) => id));
  const unused = entries.filter(({ name }) => !ids.has(name)).map(({ name }) => name);
  const rest = unused.length === 0 ? '' : `; no provider of the command uses ${unused.join(', ')}`;
  return [ok('the vault', path + rest)];
}

const MAX_LINE_LENGTH = 60;

/** Formats names as lines that fit the width of a terminal. */
export function fillLines(names: readonly string[]): readonly string[] {
  const filled: string[] = [];
  for (const name of names) {
    const last = filled.at(-1);
    if (last === undefined || last.length + name.length > MAX_LINE_LENGTH) filled.push(name);
    else filled[filled.length - 1] = `${last}, ${name}`;
  }
  return filled;
}
