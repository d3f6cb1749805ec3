import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Stop } from '../exit.ts';
import type { Io } from '../io.ts';
import { reasonOf } from '../reason.ts';
import type { MajordomoConfig } from './config.ts';

const ENDINGS = ['ts', 'mts', 'js', 'mjs', 'json'];

/** A configuration and the file that it came from. */
export interface LoadedConfig {
  readonly file: string;
  readonly config: MajordomoConfig;
}

/**
 * The project's configuration (the nearest one above the working folder), then the user's, at
 * `$XDG_CONFIG_HOME/majordomo/config.*`. The first wins.
 */
export async function loadConfigs({ cwd, home, env }: Io): Promise<readonly LoadedConfig[]> {
  const xdg = env['XDG_CONFIG_HOME'];
  const own = xdg === undefined || xdg === '' ? join(home, '.config') : xdg;
  const files = [nearest(cwd), firstOf(join(own, 'majordomo'), 'config')];
  return Promise.all(
    files
      .filter((file) => file !== undefined)
      .map(async (file) => ({ file, config: checked(file, await read(file)) })),
  );
}

function nearest(folder: string): string | undefined {
  const found = firstOf(folder, 'majordomo.config');
  const parent = dirname(folder);
  return found ?? (parent === folder ? undefined : nearest(parent));
}

const firstOf = (folder: string, name: string): string | undefined =>
  ENDINGS.map((ending) => join(folder, `${name}.${ending}`)).find((file) => existsSync(file));

async function read(file: string): Promise<unknown> {
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'));
    const loaded = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
    return loaded.default;
  } catch (error) {
    throw new Stop(`${file} cannot be read: ${reasonOf(error)}`);
  }
}

const TYPES: Readonly<Record<keyof MajordomoConfig, 'string' | 'object'>> = {
  model: 'string',
  system: 'string',
  aliases: 'object',
  env: 'object',
  providers: 'object',
  chain: 'object',
};

/** Members of the wrong type are mistakes of the file; so are names that nobody reads. */
function checked(file: string, value: unknown): MajordomoConfig {
  if (typeof value !== 'object' || value === null) {
    throw new Stop(`${file} gives no configuration: export an object as default`);
  }
  for (const [name, member] of Object.entries(value)) {
    const type = (TYPES as Partial<Record<string, string>>)[name];
    if (type === undefined) {
      throw new Stop(`${file}: nothing is called "${name}" (there are ${Object.keys(TYPES).join(', ')})`);
    }
    if (member !== undefined && typeof member !== type) throw new Stop(`${file}: "${name}" is no ${type}`);
  }
  return value;
}
