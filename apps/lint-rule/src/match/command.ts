import { cliPackages, interpreters, launchers, runners, scriptFlags, shells } from '../data/clis.ts';

/** Program that is started, with its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Returns the commands of a command line, one for each part of a pipe or list. Follows programs that start other programs, such
 * as `npx`, `env` and `sh -c`.
 */
export function commandsIn(line: string): readonly Command[] {
  return splitCommands(line).flatMap((words) => commandsOf(words));
}

/** Returns the commands that a command starts. `args` contains the command and its arguments. */
export function commandsOf(args: readonly string[]): readonly Command[] {
  // Variables such as `KEY=value` precede the program.
  const start = args.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const head = args[start];
  if (head === undefined) return [];
  const name = programName(head);
  const rest = args.slice(start + 1);
  if (shells.has(name)) {
    const flag = rest.findIndex((word) => scriptFlags.has(word));
    return flag < 0 ? [] : commandsIn(rest.slice(flag + 1).join(' '));
  }
  const subcommands = runners.get(name);
  if (subcommands !== undefined) {
    const [subcommand, ...after] = rest;
    return subcommand !== undefined && subcommands.has(subcommand)
      ? commandsOf(withoutFlags(after, NO_FLAGS))
      : [];
  }
  const valueFlags = launchers.get(name);
  if (interpreters.has(name)) return commandsOf(withoutFlags(rest, NO_FLAGS));
  if (valueFlags === undefined) return [{ program: cliPackages.get(name) ?? name, args: rest }];
  const after = withoutFlags(rest, valueFlags);
  // In `timeout 30 claude`, the duration is not a program.
  return commandsOf(name === 'timeout' ? after.slice(1) : after);
}

const NO_FLAGS: ReadonlySet<string> = new Set();

function withoutFlags(args: readonly string[], valueFlags: ReadonlySet<string>): readonly string[] {
  let at = 0;
  for (let arg = args[at]; arg?.startsWith('-'); arg = args[at]) at += valueFlags.has(arg) ? 2 : 1;
  return args.slice(at);
}

/**
 * Returns the program's name: `/usr/local/bin/claude` → claude, `claude.cmd` → claude, `@openai/codex@latest` → @openai/codex.
 */
function programName(arg: string): string {
  const installed = packageInPath(arg);
  if (installed !== undefined) return installed;
  const name = arg.replace(/(.)@[^/]*$/, '$1');
  if (cliPackages.has(name)) return name;
  const file = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  return file.replace(/\.(?:exe|cmd|bat|ps1|sh|m?js)$/i, '');
}

/** Returns the CLI's package: `node_modules/@openai/codex/bin/codex.js` → @openai/codex. Otherwise undefined. */
function packageInPath(path: string): string | undefined {
  const [, name] = /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(path) ?? [];
  const plain = name?.replace('\\', '/');
  return plain !== undefined && cliPackages.has(plain) ? plain : undefined;
}

/**
 * Splits a shell line into commands and each command into arguments. Commands end at `|`, `;`, `&`, newlines, parentheses and
 * backticks, except in quotes.
 */
function splitCommands(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  let arg: string | undefined;
  const endArgument = (): void => {
    if (arg !== undefined) commands.at(-1)?.push(arg);
    arg = undefined;
  };
  for (const [token] of line.matchAll(TOKEN)) {
    if (token.trim() === '' && token !== '\n') endArgument();
    else if (SEPARATOR.test(token)) {
      endArgument();
      commands.push([]);
    } else arg = (arg ?? '') + unquote(token);
  }
  endArgument();
  return commands.filter((words) => words.length > 0);
}

/** Matches a string in quotes, an escaped character, a separator, white space, or other characters of an argument. */
const TOKEN = /"(?:[^"\\]|\\.)*"|'[^']*'|\\.|\$\(|[|;&\n()`]+|[^\S\n]+|[^\s|;&()`"'\\]+|["'\\]/gs;
const SEPARATOR = /^(?:\$\(|[|;&\n()`]+)$/;

/** Removes the quotes of a string, or the backslash of an escape. A single quote or backslash is not closed, and remains. */
function unquote(token: string): string {
  if (token.length === 1) return token;
  const first = token[0];
  if (first === '"' || first === "'") return token.slice(1, -1);
  return first === '\\' ? token.slice(1) : token;
}
