import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stop } from '../exit.ts';
import type { Io } from '../io.ts';
import { readJson } from '../read-json.ts';
import { reasonOf } from '../reason.ts';
import type { MajordomoConfig } from './config.ts';
import { importConfig } from './import-config.ts';

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
  if (file.endsWith('.json')) return readJson(file, file);
  try {
    return await importConfig(file);
  } catch (error) {
    throw new Stop(`${file} cannot be read: ${reasonOf(error)}`);
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((member) => typeof member === 'string');
const isProviders = (value: unknown): boolean =>
  Array.isArray(value) && value.every((member) => isObject(member) && 'id' in member && 'model' in member);

const isFunctions = (value: unknown): boolean =>
  Array.isArray(value) && value.every((member) => typeof member === 'function');

type Type = readonly [name: string, is: (value: unknown) => boolean];
const TEXT: Type = ['string', (value) => typeof value === 'string'];
const TEXTS: Type = ['object of strings', isTexts];

const TYPES: Readonly<Record<keyof MajordomoConfig, Type>> = {
  model: TEXT,
  system: TEXT,
  aliases: TEXTS,
  env: TEXTS,
  providers: ['list of providers', isProviders],
  resolvers: ['list of functions', isFunctions],
  chain: ['object', isObject],
};

/** Members of the wrong type are mistakes of the file; so are names that nobody reads. */
function checked(file: string, value: unknown): MajordomoConfig {
  if (!isObject(value)) {
    throw new Stop(`${file} gives no configuration: export an object as default`);
  }
  for (const [name, member] of Object.entries(value)) {
    const type = Object.hasOwn(TYPES, name) ? TYPES[name as keyof MajordomoConfig] : undefined;
    if (type === undefined) {
      throw new Stop(`${file}: nothing is called "${name}" (there are ${Object.keys(TYPES).join(', ')})`);
    }
    const [wanted, is] = type;
    if (member !== undefined && !is(member)) throw new Stop(`${file}: "${name}" is no ${wanted}`);
  }
  return value;
}
