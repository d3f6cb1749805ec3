import type { LoginIo } from '@majordomo/credentials';
import { backendOf } from '../backends/backends.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { painter, printable } from '../terminal/paint.ts';
import { loadCredentials, userVault } from '../vault/load-credentials.ts';
import { loginOf, storeLogin } from '../vault/logins.ts';

/** Options of `majordomo login`. */
export interface LoginFlags {
  readonly clientId?: string;
  /** Whether to use a code on another device instead of a browser on this machine. */
  readonly device?: true;
  /** Whether to use a browser on another machine. The user pastes the final URL of the browser. */
  readonly paste?: true;
}

/** Implements `majordomo login`. Stores tokens in the vault. Providers refresh expired tokens. */
export async function login(loginName: string, flags: LoginFlags, io: Io): Promise<ExitCode> {
  const { clientId, device } = flags;
  const { logins } = await loadSettings(io);
  const credentials = await loadCredentials(io, 'majordomo login');
  const { name, options } = loginOf(loginName, clientId, logins, credentials, io);
  const { vault, path } = await userVault(io, 'majordomo login');
  const source = credentials.oauth({ ...options, vault, name });
  await source.login(loginIo(flags, io), device === true ? 'device' : 'browser');
  // A login without the flag may use a client id stored earlier, which refreshes of its tokens also need.
  if (clientId !== undefined) storeLogin(name, { preset: loginName, clientId }, io);
  io.stdout.write(`stored the login ${printable(name)} in ${path}\n`);
  if (backendOf(name) === undefined)
    io.stderr.write(
      `No provider of the command is called "${printable(name)}"; a provider of your configuration may use the login.\n`,
    );
  return EXIT.ok;
}

/** Implements `majordomo logout`. Revokes the token if the vendor supports revocation, and always removes it from the vault. */
export async function logout(loginName: string, io: Io): Promise<ExitCode> {
  const { logins } = await loadSettings(io);
  const credentials = await loadCredentials(io, 'majordomo logout');
  const { vault } = await userVault(io, 'majordomo logout');
  const known = knownLogin(() => loginOf(loginName, undefined, logins, credentials, io));
  const name = known?.name ?? loginName;
  const entry = (await vault.list()).find((one) => one.name === name);
  if (entry?.kind !== 'oauth')
    throw new Stop(`unknown login "${loginName}"; majordomo vault list shows all logins`);
  if (known === undefined) await vault.update(name, () => undefined);
  else await credentials.oauth({ ...known.options, vault, name }).logout();
  storeLogin(name, undefined, io);
  io.stdout.write(`removed the login ${printable(name)}\n`);
  return EXIT.ok;
}

/** Returns the login, or `undefined` if its client is missing from the configuration, so that it cannot be revoked. */
function knownLogin<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof Stop) return undefined;
    throw error;
  }
}

function loginIo({ paste }: LoginFlags, io: Io): LoginIo {
  const paint = painter(io.stderr);
  return {
    signal: io.signal,
    show({ url, code }) {
      const how = code === undefined ? 'Open' : `Enter ${paint('bold', printable(code))} at`;
      io.stderr.write(`${how} ${printable(url)}\n`);
    },
    ...(paste === true && {
      paste: async () => {
        const pasted = await io.ask('Final URL in the browser');
        if (typeof pasted !== 'string') throw new Stop('no URL was pasted; log in again', EXIT.interrupted);
        return pasted;
      },
    }),
  };
}
