import { LlmError } from '@majordomo/core';
import { checkMembers } from '@majordomo/core/provider';
import type { GatewayOptions, Settings } from './options.ts';

const KNOWN: Readonly<Record<keyof GatewayOptions, true>> = {
  majordomo: true,
  models: true,
  anySpec: true,
  authorize: true,
  ledger: true,
  inspector: true,
  onError: true,
  maxBodyBytes: true,
  maxConcurrent: true,
  idleMs: true,
  cors: true,
  fetchMedia: true,
};

/** The options with their defaults; throws `config` for what cannot be meant. */
export function settingsOf(options: GatewayOptions): Settings {
  checkMembers('the options of createGateway', options, KNOWN);
  const settings: Settings = {
    ...options,
    anySpec: options.anySpec ?? false,
    maxBodyBytes: options.maxBodyBytes ?? 32 * 1024 * 1024,
    maxConcurrent: options.maxConcurrent ?? 5000,
    idleMs: options.idleMs ?? 60_000,
    cors: options.cors ?? [],
  };
  for (const [name, spec] of Object.entries(settings.models)) checkSpec(name, spec, settings);
  for (const limit of ['maxBodyBytes', 'maxConcurrent', 'idleMs'] as const) {
    if (!(settings[limit] > 0))
      throw wrong(limit, `must be a number above 0, and is ${String(settings[limit])}`);
  }
  for (const origin of settings.cors) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw wrong('cors', `holds ${JSON.stringify(origin)}, which is no origin such as https://app.example`);
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
  new LlmError('config', `${path} of createGateway ${message}`, { path });
