import { createRedactor, type Redactor } from '@majordomo/redact';
import { BACKENDS, secretVariablesOf } from '../backends/backends.ts';
import type { Settings } from '../config/settings.ts';

/** Minimum length of a masked value. Shorter values occur in output by chance. */
const MIN_SECRET_LENGTH = 8;

/**
 * Returns a redactor for all output of doctor, because doctor quotes other programs, files and servers. It masks the values of
 * key variables, and strings that have the form of a secret.
 */
export function noSecrets({ env }: Settings): Redactor {
  const known = BACKENDS.flatMap(({ keyEnv }) => secretVariablesOf(keyEnv)).flatMap(
    (name) => env[name] ?? [],
  );
  const secrets = known.filter((value) => value.length >= MIN_SECRET_LENGTH);
  return createRedactor({ secrets: () => secrets });
}
