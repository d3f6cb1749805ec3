import { homedir } from 'node:os';
import type { Env } from '@majordomo/core';
import type { CliSpec } from './spec.ts';

/** What a program needs to find its files, its language and the network. Names that end in `_` are beginnings. */
const COMMON: readonly string[] = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_', 'TZ', 'TMPDIR', 'XDG_'],
  ...[
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'ALL_PROXY',
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
  ],
  ...[
    'SystemRoot',
    'ComSpec',
    'PATHEXT',
    'APPDATA',
    'LOCALAPPDATA',
    'USERPROFILE',
    'ProgramData',
    'TEMP',
    'TMP',
  ],
];

const USUAL_PATH = '/usr/local/bin:/usr/bin:/bin';

/** The environment of a child: an allow-list out of the app's, what the CLI is always told, and no colours. */
export function childEnvironment({ env: own, setEnv }: CliSpec, env: Env): Record<string, string> {
  const names = [...COMMON, ...own];
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && names.some((name) => isNamed(entry[0], name)),
  );
  // Windows writes `Path`: next to a second one in capitals it would not count.
  const has = (name: string): boolean => passed.some(([variable]) => isNamed(variable, name));
  return {
    ...(has('PATH') ? undefined : { PATH: USUAL_PATH }),
    ...(has('HOME') ? undefined : { HOME: homedir() }),
    ...Object.fromEntries(passed),
    NO_COLOR: '1',
    ...setEnv,
  };
}

/** Windows does not mind the case of names, and proxies are written both ways. */
function isNamed(variable: string, name: string): boolean {
  const upper = variable.toUpperCase();
  return name.endsWith('_') ? upper.startsWith(name) : upper === name.toUpperCase();
}

/** Values of a CLI's own variables: keys among them, so none is shown. Short ones are flags and regions. */
export const secretsOf = ({ env: own }: CliSpec, env: Env): string[] =>
  Object.entries(env).flatMap(([variable, value]) =>
    value !== undefined &&
    value.length >= 8 &&
    own.some((name) => isNamed(variable, name)) &&
    !/URL|HOST|DIR|HOME/.test(variable)
      ? [value]
      : [],
  );

/** Ours, and the names of the tools that came before. */
const SKIP_ENV: readonly string[] = [
  'MAJORDOMO_SKIP_CLI',
  'LLM_HERE_SKIP_CLI',
  'NOETHER_LLM_SKIP_CLI',
  'CALORON_LLM_SKIP_CLI',
  'AGENTSPEC_LLM_SKIP_CLI',
];

/** The variable that switches CLIs off, if one is set to 1, true, yes or on. */
export const suppressedBy = (env: Env): string | undefined =>
  SKIP_ENV.find((name) => /^(?:1|true|yes|on)$/i.test(env[name]?.trim() ?? ''));
