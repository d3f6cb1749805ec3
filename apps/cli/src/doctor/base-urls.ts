import { LlmError } from '@majordomo/core';
import { checkBaseURL } from '@majordomo/wire-kit';
import { BACKENDS } from '../backends/backends.ts';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../program/io.ts';
import { lines, placesIn } from './credentials.ts';
import { absent, mistake, ok, type Finding, type Section } from './finding.ts';

/** Lists the variables that can replace the base URL of a provider, both set and unset. */
export function baseURLs(settings: Settings, io: Io): Section {
  const whereIs = placesIn(settings, io);
  const variables = BACKENDS.flatMap(({ id, addressEnv = [] }) => addressEnv.map((name) => ({ id, name })));
  const set = variables.flatMap(({ id, name }) => {
    const where = whereIs(name);
    return where === undefined ? [] : [finding(name, settings.env[name] ?? '', `for ${id}, ${where}`)];
  });
  const unset = variables.filter(({ name }) => whereIs(name) === undefined).map(({ name }) => name);
  return { title: 'Base URLs', findings: [...set, ...lines(unset).map((line) => absent('not set', line))] };
}

function finding(name: string, value: string, origin: string): Finding {
  // Ollama accepts a host without a scheme, which `checkBaseURL` rejects.
  if (name === 'OLLAMA_HOST') return ok(name, `${value.slice(value.lastIndexOf('@') + 1)} (${origin})`);
  try {
    checkBaseURL(value.trim(), name);
    return ok(name, `${value} (${origin})`);
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return mistake(name, `${error.message} (${origin})`);
  }
}
