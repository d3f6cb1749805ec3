import { didYouMean } from '@majordomo/core/toolkit';
import type { Vault, VaultEntry } from '@majordomo/credentials';
import { BACKENDS, backendOf } from '../backends/backends.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { isoTime, localTime } from '../limits/in-time.ts';
import { printable } from '../terminal/paint.ts';
import { loadCredentials, userVault } from '../vault/load-credentials.ts';
import { writeJson } from '../terminal/write-json.ts';

const WHY = 'majordomo vault';

/** Implements `majordomo vault list`. Prints names and kinds, never values. */
export async function listKeys({ json }: { readonly json?: true }, io: Io): Promise<ExitCode> {
  const { vault, path } = await userVault(io, WHY);
  const entries = await vault.list();
  if (json === true) {
    writeJson(
      io.stdout,
      entries.map(({ expiresAt, ...entry }) => ({ ...entry, expiresAt: isoTime(expiresAt) })),
    );
    return EXIT.ok;
  }
  if (entries.length === 0) io.stdout.write(`${path} contains no keys.\n`);
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  for (const entry of entries) io.stdout.write(`${printable(entry.name).padEnd(width)}  ${stateOf(entry)}\n`);
  return EXIT.ok;
}

/** Returns a description of a vault entry without its value. */
export function stateOf({ name, kind, expiresAt, dead }: VaultEntry): string {
  if (kind === 'key') return 'a key';
  if (dead !== undefined)
    return printable(`an expired login (${dead}); log in again: majordomo login ${name}`);
  return expiresAt === undefined ? 'a login' : `a login, renewed after ${localTime(new Date(expiresAt))}`;
}

/** Implements `majordomo vault set`. Reads a key from standard input, or from the terminal without showing it. */
export async function setKey(name: string, io: Io): Promise<ExitCode> {
  checkName(name);
  const { secret } = await loadCredentials(io, WHY);
  const { vault, path } = await userVault(io, WHY);
  const key = await keyFrom(name, io);
  if (key === undefined) return EXIT.interrupted;
  await vault.update(name, () => ({ kind: 'key', value: secret(key) }));
  io.stdout.write(`stored the key ${name} in ${path}\n`);
  io.stderr.write(hintFor(name, io));
  return EXIT.ok;
}

export async function removeKeys(names: readonly string[], io: Io): Promise<ExitCode> {
  const { vault } = await userVault(io, WHY);
  for (const name of names) await remove(name, vault, io);
  return EXIT.ok;
}

async function remove(name: string, vault: Vault, io: Io): Promise<void> {
  const entry = (await vault.list()).find((known) => known.name === name);
  if (entry === undefined) throw new Stop(`unknown key "${name}"; majordomo vault list shows all keys`);
  if (entry.kind === 'oauth')
    throw new Stop(`"${name}" is a login; revoke and remove it: majordomo logout ${name}`);
  await vault.update(name, () => undefined);
  io.stdout.write(`removed ${printable(name)}\n`);
}

const NAME = /^[\w.-]{1,64}$/;

function checkName(name: string): void {
  if (!NAME.test(name))
    throw new Stop(
      'the name of a key must have 1 to 64 letters, digits, dots, dashes and underscores, such as openai',
    );
}

async function keyFrom(name: string, io: Io): Promise<string | undefined> {
  const { kind } = io.stdin;
  if (kind === 'none')
    throw new Stop(`standard input has no key; pass one with: majordomo vault set ${name} < file`);
  const typed = kind === 'terminal' ? await io.secret(`The key for ${name}`) : await io.stdin.text();
  if (typeof typed !== 'string') return undefined;
  const key = typed.trim();
  if (key === '') throw new Stop('the key is empty; enter or pipe the key');
  // eslint-disable-next-line no-control-regex
  if (/[\s\u0000-\u001F\u007F]/.test(key)) throw new Stop('the key contains spaces or control characters');
  return key;
}

/** Returns a hint if no provider uses an entry with this name, or if a variable takes precedence. Otherwise returns `''`. */
function hintFor(name: string, { env }: Io): string {
  const backend = backendOf(name);
  const ids = BACKENDS.map(({ id }) => id);
  if (backend === undefined)
    return `No provider of the command is called "${name}"${didYouMean(name, ids)}; a provider of your configuration may use the key by vaultKey.\n`;
  const set = backend.keyEnv.find((variable) => (env[variable] ?? '') !== '');
  return set === undefined ? '' : `${set} in the environment takes precedence.\n`;
}
