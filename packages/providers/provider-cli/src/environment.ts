import { homedir } from 'node:os';
import type { Env } from '@majordomo/core';
import type { CliSpec } from './spec.ts';

/** Variables for files, language and network, which every child receives. A name that ends with `_` is a prefix in upper case. */
const COMMON: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_',
  'TZ',
  'TMPDIR',
  'XDG_',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SystemRoot',
  'ComSpec',
  'PATHEXT',
  'APPDATA',
  'LOCALAPPDATA',
  'USERPROFILE',
  'ProgramData',
  'TEMP',
  'TMP',
];

const USUAL_PATH = '/usr/local/bin:/usr/bin:/bin';

/** Returns the environment of a child: allowed variables of the application, the variables in the CLI's spec, and NO_COLOR. */
export function childEnvironment({ env: variables, setEnv }: CliSpec, env: Env): Record<string, string> {
  const names = [...COMMON, ...variables];
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && names.some((name) => isNamed(entry[0], name)),
  );
  // On Windows the variable is named `Path`. A second variable `PATH` would be ignored.
  const has = (name: string): boolean => passed.some(([variable]) => isNamed(variable, name));
  return {
    ...(has('PATH') ? undefined : { PATH: USUAL_PATH }),
    ...(has('HOME') ? undefined : { HOME: homedir() }),
    ...Object.fromEntries(passed),
    NO_COLOR: '1',
    ...setEnv,
  };
}

/** Whether a variable has this name. Ignores case, as Windows does, because proxy variables exist in upper and lower case. */
function isNamed(variable: string, name: string): boolean {
  const upper = variable.toUpperCase();
  return name.endsWith('_') ? upper.startsWith(name) : upper === name.toUpperCase();
}

/**
 * Returns the values of the CLI's variables that may be keys, to mask them in errors. Omits URLs and paths. Omits values of fewer
 * than 8 characters, because masking `true` or `1` would damage the text.
 */
export const secretsOf = ({ env: variables }: CliSpec, env: Env): string[] =>
  Object.entries(env).flatMap(([variable, value]) =>
    value !== undefined &&
    value.length >= 8 &&
    variables.some((name) => isNamed(variable, name)) &&
    !/URL|HOST|DIR|HOME/.test(variable)
      ? [value]
      : [],
  );

/** Variables that disable CLIs: majordomo's variable, and the variables of earlier tools. */
const SKIP_ENV: readonly string[] = [
  'MAJORDOMO_SKIP_CLI',
  'LLM_HERE_SKIP_CLI',
  'NOETHER_LLM_SKIP_CLI',
  'CALORON_LLM_SKIP_CLI',
  'AGENTSPEC_LLM_SKIP_CLI',
];

/** Returns the name of the variable that disables CLIs, if one is set to 1, true, yes or on. */
export const suppressedBy = (env: Env): string | undefined =>
  SKIP_ENV.find((name) => /^(?:1|true|yes|on)$/i.test(env[name]?.trim() ?? ''));
