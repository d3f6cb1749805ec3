import { LlmError } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { GatewayOptions, Mounted, Settings } from './options.ts';

const KINDS: KindsOf<GatewayOptions> = {
  majordomo: 'object with model',
  models: 'object',
  anySpec: 'boolean',
  authorize: 'function',
  mounts: 'array',
  inspector: 'boolean or object',
  catalog: 'object with find',
  onError: 'function',
  maxBodyBytes: 1,
  maxConcurrent: 1,
  idleMs: 1,
  cors: 'array',
  fetchMedia: 'function',
};

const MOUNTED: KindsOf<Mounted> = { path: 'string', onEvent: 'function', fetch: 'function' };

/** Checks the options and adds defaults. Throws `config` for invalid options. */
export function settingsOf(options: GatewayOptions): Settings {
  checkOptions('createGateway', options, KINDS, ['majordomo', 'models']);
  const settings: Settings = {
    ...options,
    anySpec: options.anySpec ?? false,
    mounts: options.mounts ?? [],
    maxBodyBytes: options.maxBodyBytes ?? 32 * 1024 * 1024,
    maxConcurrent: options.maxConcurrent ?? 5000,
    idleMs: options.idleMs ?? 60_000,
    cors: options.cors ?? [],
  };
  for (const [name, spec] of Object.entries(settings.models)) checkSpec(name, spec, settings);
  for (const [at, mounted] of settings.mounts.entries()) {
    checkOptions(`mounts[${at}] of createGateway`, mounted, MOUNTED, ['path', 'fetch']);
    if (!/^(?:\/[\w.-]+)+$/.test(mounted.path))
      throw wrong(`mounts[${at}].path`, 'must be a path such as /inspector');
  }
  for (const [at, origin] of settings.cors.entries()) {
    if (typeof (origin as unknown) !== 'string' || URL.parse(origin)?.origin !== origin)
      throw wrong(`cors[${at}]`, 'must be an origin such as https://app.example');
  }
  return settings;
}

function checkSpec(name: string, spec: string, { majordomo }: Settings): void {
  try {
    majordomo.parse(spec);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LlmError('config', `models[${JSON.stringify(name)}]: ${reason}`, { path: 'models' }, { cause });
  }
}

const wrong = (path: string, message: string): LlmError =>
  new LlmError('config', `createGateway: ${path}: ${message}`, { path });
