import { LlmError } from '@majordomo/core';
import { secret } from '../secret.ts';
import type { StoredCredential } from './vault.ts';

/** Version of the format. Newer versions are rejected. */
const VERSION = 1;

export type Entries = ReadonlyMap<string, StoredCredential>;

/** Returns the entries as text. */
export function formatVault(entries: Entries): string {
  const formatted = [...entries].map(([name, entry]) => [name, formatEntry(entry)] as const);
  return `${JSON.stringify({ version: VERSION, entries: Object.fromEntries(formatted) }, undefined, 2)}\n`;
}

/** Parses the vault at `place`. Throws `config` with code `vault-version` for a newer version, and `Error` for invalid text. */
export function parseVault(text: string, place: string): Entries {
  const { version, entries } = recordOf(JSON.parse(text), 'the text');
  if (typeof version === 'number' && version > VERSION) {
    throw new LlmError(
      'config',
      `${place} has version ${version}, newer than the supported version ${VERSION}, and was not changed; update @majordomo/credentials`,
      { code: 'vault-version' },
    );
  }
  if (version !== VERSION) throw new Error('the version is missing');
  return new Map(
    Object.entries(recordOf(entries, 'entries')).map(([name, entry]) => [name, parseEntry(entry, name)]),
  );
}

/** Returns an entry as an object for `JSON.stringify`, with its secrets. A vault may store entries separately. */
export const formatEntry = ({
  kind,
  value,
  refresh,
  issuedAt,
  expiresAt,
  dead,
  label,
}: StoredCredential): object => ({
  kind,
  value: value.reveal(),
  refresh: refresh?.reveal(),
  issuedAt,
  expiresAt,
  dead,
  label,
});

export function parseEntry(entry: unknown, name: string): StoredCredential {
  const { kind, value, refresh, issuedAt, expiresAt, dead, label } = recordOf(entry, name);
  const isKnownKind = kind === 'key' || kind === 'oauth';
  if (!isKnownKind || typeof value !== 'string') throw new Error(`the entry ${name} is incomplete`);
  return {
    kind,
    value: secret(value),
    refresh: typeof refresh === 'string' && refresh !== '' ? secret(refresh) : undefined,
    issuedAt: typeof issuedAt === 'number' ? issuedAt : undefined,
    expiresAt: typeof expiresAt === 'number' ? expiresAt : undefined,
    dead: typeof dead === 'string' ? dead : undefined,
    label: typeof label === 'string' ? label : undefined,
  };
}

/** Returns the entry that a change function returned. Throws `config` if the entry is not a credential. */
export function checkEntry(next: StoredCredential | undefined, name: string): StoredCredential | undefined {
  if (next === undefined) return undefined;
  try {
    parseEntry(formatEntry(next), name);
    return next;
  } catch {
    throw new LlmError(
      'config',
      `the change function for ${JSON.stringify(name)} must return { kind: 'key' or 'oauth', value: secret(…) } or undefined; nothing was written`,
      { code: 'vault-entry' },
    );
  }
}

function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is not an object`);
  return value as Record<string, unknown>;
}
