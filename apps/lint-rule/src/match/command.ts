import { cliPackages, interpreters, launchers, runners, scriptFlags, shells } from '../data/clis.ts';

/** The programs that a command line starts: one for each part of a pipe or list, through `npx`, `env`, `sh -c` … */
export function programsIn(line: string): readonly string[] {
  return commandsIn(line).flatMap((words) => programsOf(words));
}

/** The programs that one command with its arguments starts. */
export function programsOf(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const head = words[start];
  if (head === undefined) return [];
  const name = programName(head);
  const rest = words.slice(start + 1);
  if (shells.has(name)) {
    const flag = rest.findIndex((word) => scriptFlags.has(word));
    return flag < 0 ? [] : programsIn(rest.slice(flag + 1).join(' '));
  }
  const subcommands = runners.get(name);
  if (subcommands !== undefined) {
    const [subcommand, ...after] = rest;
    return subcommand !== undefined && subcommands.has(subcommand)
      ? programsOf(withoutFlags(after, NO_FLAGS))
      : [];
  }
  const valued = launchers.get(name);
  if (interpreters.has(name)) return programsOf(withoutFlags(rest, NO_FLAGS));
  if (valued === undefined) return [cliPackages.get(name) ?? name];
  const after = withoutFlags(rest, valued);
  // `timeout 30 claude`: the duration is not a program.
  return programsOf(name === 'timeout' ? after.slice(1) : after);
}

const NO_FLAGS: ReadonlySet<string> = new Set();

function withoutFlags(words: readonly string[], valued: ReadonlySet<string>): readonly string[] {
  let at = 0;
  for (let word = words[at]; word?.startsWith('-'); word = words[at]) at += valued.has(word) ? 2 : 1;
  return words.slice(at);
}

/** `/usr/local/bin/claude` → claude, `claude.cmd` → claude, `@openai/codex@latest` → @openai/codex. */
function programName(word: string): string {
  const installed = packageAt(word);
  if (installed !== undefined) return installed;
  const name = word.replace(/(.)@[^/]*$/, '$1');
  if (cliPackages.has(name)) return name;
  const file = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  return file.replace(/\.(?:exe|cmd|bat|ps1|sh|m?js)$/i, '');
}

/** `node_modules/@openai/codex/bin/codex.js` → @openai/codex; `undefined` elsewhere, and for `.bin`. */
function packageAt(word: string): string | undefined {
  const [, name] = /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(word) ?? [];
  const plain = name?.replace('\\', '/');
  return plain !== undefined && cliPackages.has(plain) ? plain : undefined;
}

/** Splits a shell line at `|`, `;`, `&` and newlines into commands, and those into words; quotes keep both together. */
function commandsIn(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  for (const [token] of line.matchAll(TOKEN)) {
    if (token.trim() === '' && token !== '\n') endWord();
    else if (SEPARATOR.test(token)) {
      endWord();
      commands.push([]);
    } else word = (word ?? '') + unquoted(token);
  }
  endWord();
  return commands.filter((words) => words.length > 0);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|'[^']*'|\\.|\$\(|[|;&\n()`]+|[^\S\n]+|[^\s|;&()`"'\\]+|["'\\]/gs;
const SEPARATOR = /^(?:\$\(|[|;&\n()`]+)$/;

function unquoted(token: string): string {
  const quote = token[0];
  if (token.length > 1 && (quote === '"' || quote === "'")) return token.slice(1, -1);
  return quote === '\\' && token.length > 1 ? token.slice(1) : token;
}
