import { LlmError } from '@majordomo/core';
import { checkBaseURL } from '@majordomo/wire-kit';
import { BACKENDS } from '../backends/backends.ts';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../program/io.ts';
import { fillLines, placesIn } from './credentials.ts';
import { absent, mistake, ok, type Finding, type Section } from './finding.ts';

/** Form of the variables of profiles, which are too many for a list. */
const FORM = 'each vendor with a profile has ID_BASE_URL, as in MISTRAL_BASE_URL';

/** Lists the variables that can replace the base URL of a provider: all that are set, and the others without those of profiles. */
export function baseURLs(settings: Settings, io: Io): Section {
  const whereIs = placesIn(settings, io);
  const variables = BACKENDS.flatMap(({ id, profile, addressEnv = [] }) =>
    // A profile without a base URL requires its variable, so the variable is always listed.
    addressEnv.map((name) => ({ id, name, isOfProfile: profile?.baseURL !== undefined })),
  );
  const set = variables.flatMap(({ id, name }) => {
    const where = whereIs(name);
    return where === undefined ? [] : [finding(name, settings.env[name] ?? '', `for ${id}, ${where}`)];
  });
  const unset = variables
    .filter(({ name, isOfProfile }) => !isOfProfile && whereIs(name) === undefined)
    .map(({ name }) => name);
  const findings = [...set, ...fillLines(unset).map((line) => absent('not set', line))];
  return { title: 'Base URLs', findings: [...findings, absent('vendors', FORM)] };
}

function finding(name: string, value: string, origin: string): Finding {
  // Ollama accepts a host without a scheme, which `checkBaseURL` rejects.
  // The part before `@` is not printed, because it may contain a password.
  if (name === 'OLLAMA_HOST') return ok(name, `${value.slice(value.lastIndexOf('@') + 1)} (${origin})`);
  try {
    checkBaseURL(value.trim(), name);
    return ok(name, `${value} (${origin})`);
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return mistake(name, `${error.message} (${origin})`);
  }
}
