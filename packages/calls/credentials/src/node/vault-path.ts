import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { env as processEnv } from 'node:process';

/**
 * Returns the default path of `fileVault`: in `%APPDATA%` on Windows, otherwise in `XDG_DATA_HOME`. If this variable is not set,
 * the path is in `~/Library/Application Support` on macOS, otherwise in `~/.local/share`.
 *
 * @param env default: the environment of the process
 * @param home default: the user's home folder
 */
export function defaultVaultPath(
  env: Readonly<Record<string, string | undefined>> = processEnv,
  home: string = homedir(),
): string {
  return join(dataFolder(env, home), 'majordomo', 'vault.json');
}

function dataFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  if (platform() === 'win32') return absolute(env['APPDATA']) ?? join(home, 'AppData', 'Roaming');
  if (platform() === 'darwin')
    return absolute(env['XDG_DATA_HOME']) ?? join(home, 'Library', 'Application Support');
  return absolute(env['XDG_DATA_HOME']) ?? join(home, '.local', 'share');
}

/** Returns an absolute path, or `undefined` for any other value, because the XDG specification ignores relative paths. */
const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && /^(?:\/|[A-Za-z]:\\|\\\\)/.test(path) ? path : undefined;
