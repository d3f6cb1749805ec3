import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';

/** `%APPDATA%` on Windows, `~/Library/Application Support` on macOS, else the data folder of the XDG specification. */
export function defaultVaultPath(): string {
  return join(dataFolder(), 'majordomo', 'vault.json');
}

function dataFolder(): string {
  const home = homedir();
  if (platform() === 'win32') return absolute(env['APPDATA']) ?? join(home, 'AppData', 'Roaming');
  if (platform() === 'darwin')
    return absolute(env['XDG_DATA_HOME']) ?? join(home, 'Library', 'Application Support');
  return absolute(env['XDG_DATA_HOME']) ?? join(home, '.local', 'share');
}

/** The specification has relative ones ignored. */
const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && /^(?:\/|[A-Za-z]:\\|\\\\)/.test(path) ? path : undefined;
