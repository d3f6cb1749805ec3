import { execFile } from 'node:child_process';

const TIME_MS = 20_000;
const MAX_BYTES = 8 * 2 ** 20;

/** Git settings that prevent git from running programs and from fetching. `NAMED` covers settings with variable names. */
const SAFE: readonly string[] = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'diff.external=',
  'log.showSignature=false',
  'protocol.allow=never',
];
/** Patterns of settings whose names a repository chooses, with safe values. */
const NAMED: readonly (readonly [pattern: RegExp, value: string])[] = [
  [/^filter\..*\.(?:clean|smudge|process)$/is, ''],
  [/^filter\..*\.required$/is, 'false'],
  [/^protocol\..*\.allow$/is, 'never'],
];

/**
 * Returns git's output in this folder, or `undefined` if git fails. Git runs no program from the repository's configuration,
 * such as a filter, hook, monitor, signature check, or transport of a partial clone. Arguments of a command that shows differences
 * must contain `--no-ext-diff` and `--no-textconv`, because attributes name the drivers.
 */
export async function gitText(
  root: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const names = await run(root, ['config', '--list', '--name-only', '-z'], SAFE, signal);
  const named = (names ?? '').split('\0').flatMap((name) => {
    const [, value] = NAMED.find(([pattern]) => pattern.test(name)) ?? [];
    return value === undefined ? [] : [[name, value] as const];
  });
  // `git -c` cannot override a setting whose name contains `=` or bytes that are not UTF-8.
  if (names === undefined || named.some(([name]) => /[=\uFFFD]/.test(name))) return undefined;
  return run(root, args, [...SAFE, ...new Set(named.map(([name, value]) => `${name}=${value}`))], signal);
}

function run(
  root: string,
  args: readonly string[],
  settings: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const allArgs = [
    '--no-pager',
    '--no-optional-locks',
    ...settings.flatMap((setting) => ['-c', setting]),
    ...args,
  ];
  const options = {
    cwd: root,
    timeout: TIME_MS,
    maxBuffer: MAX_BYTES,
    ...(signal === undefined ? {} : { signal }),
  };
  return new Promise((resolve) => {
    execFile('git', allArgs, options, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    });
  });
}
