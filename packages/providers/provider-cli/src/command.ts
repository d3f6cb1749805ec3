import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import process from 'node:process';

/** Properties of the operating system that determine how a program is found and started. */
export interface Platform {
  readonly isWindows: boolean;
}

export const platform = (): Platform => ({ isWindows: process.platform === 'win32' });

type Env = Readonly<Record<string, string | undefined>>;

/** Returns the file of a command: the command if it is a path, otherwise the first match in PATH; `undefined` if none matches. */
export async function findCommand(
  command: string,
  env: Env,
  platform: Platform,
): Promise<string | undefined> {
  const isPath = isAbsolute(command) || /[/\\]/.test(command);
  const folders = isPath
    ? ['']
    : (variable(env, 'PATH') ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const base = isPath ? resolve(command) : join(folder, command);
    for (const ending of endings(command, env, platform)) {
      if (await isFile(base + ending)) return base + ending;
    }
  }
  return undefined;
}

/** Whether the file can be executed. On Windows, checks only whether the file exists. */
export async function isExecutable(file: string, { isWindows }: Platform): Promise<boolean> {
  try {
    await access(file, isWindows ? constants.F_OK : constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Returns the file extensions to try. On Windows, `x` needs an extension of PATHEXT, because npm installs `x` and `x.cmd`. */
function endings(command: string, env: Env, { isWindows }: Platform): readonly string[] {
  if (!isWindows) return [''];
  const known = (variable(env, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD')
    .split(';')
    .filter((ending) => ending !== '');
  const hasEnding = known.some((ending) => command.toLowerCase().endsWith(ending.toLowerCase()));
  return hasEnding ? [''] : known.map((ending) => ending.toLowerCase());
}

/** Returns the value of an environment variable, otherwise of the same name in another case, because Windows ignores the case. */
function variable(env: Env, name: string): string | undefined {
  return env[name] ?? Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Program and arguments in the form that the operating system expects. */
export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  /** Whether the arguments are already quoted. */
  readonly verbatim: boolean;
}

/** Returns the command line. Quotes `.cmd` and `.bat` commands, because the Windows shell parses their arguments again. */
export function commandLine(
  file: string,
  args: readonly string[],
  env: Env,
  { isWindows }: Platform,
): CommandLine {
  if (!isWindows || !/\.(?:cmd|bat)$/i.test(file)) return { file, args, verbatim: false };
  const line = [file, ...args].map(quotedForShell).join(' ');
  return {
    file: variable(env, 'COMSPEC') ?? 'cmd.exe',
    args: ['/d', '/s', '/c', `"${line}"`],
    verbatim: true,
  };
}

/**
 * Quotes an argument. Doubles backslashes before quotes. Escapes cmd's special characters twice, because the `.cmd` file
 * passes the arguments to cmd again.
 */
function quotedForShell(arg: string): string {
  const quoted = `"${arg.replace(/(?<!\\)(\\*)"/g, '$1$1\\"').replace(/(?<!\\)(\\+)$/, '$1$1')}"`;
  const escaped = (text: string): string => text.replace(/[()[\]{}!^"`<>&|;, *?%]/g, '^$&');
  return escaped(escaped(quoted));
}
