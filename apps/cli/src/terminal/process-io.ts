import { fstatSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import type { Env } from '@majordomo/core';
import type { Interrupts } from './interrupts.ts';
import type { Io, Output, Stdin } from '../program/io.ts';
import { stateFile } from '../files/state-file.ts';

const prompts = () => import('./prompts.ts');

/** Returns the `Io` of the process. The code for prompts is loaded at the first question. */
export function processIo(env: Env, interrupts: Interrupts): Io {
  const { signal } = interrupts;
  const home = or(homeFolder, '/');
  const linesAhead: string[] = [];
  return {
    env,
    signal,
    nodeVersion: process.versions.node,
    becomeServer: (graceMs) => {
      interrupts.graceMs = graceMs;
      interrupts.isServer = true;
    },
    onHangup: (reload) => {
      interrupts.reload = reload;
    },
    home,
    cwd: or(() => process.cwd(), '/'),
    interruptible: (run) => interrupts.interruptible(run),
    stdin: { kind: stdinKind(), text: () => textOf(process.stdin), bytes: () => process.stdin },
    stdout: output(process.stdout, env),
    stderr: output(process.stderr, env),
    async ask(question) {
      const { askLine } = await import('./ask-line.ts');
      const history = stateFile('history.json', { home, env });
      return askLine({ question, history, signal, linesAhead, input: process.stdin, output: process.stdout });
    },
    confirm: async (question) => (await prompts()).askConfirm(question, signal),
    text: async (question, suggested = '') => (await prompts()).askText(question, suggested, signal),
    secret: async (question) => (await prompts()).askSecret(question, signal),
    choose: async (question, choices, picked) =>
      (await prompts()).askChoices(question, choices, picked, signal),
  };
}

/** Returns the user's home folder. Ignores an empty or relative HOME, which would make the working folder the home folder. */
function homeFolder(): string {
  const home = homedir();
  return isAbsolute(home) ? home : userInfo().homedir;
}

/** Returns the folder, or the alternative if the user has no home or the working folder was removed. */
function or(find: () => string, otherwise: string): string {
  try {
    return find();
  } catch {
    return otherwise;
  }
}

function output(stream: NodeJS.WriteStream, env: Env): Output {
  const isTerminal = stream.isTTY;
  const canErase = isTerminal && env['TERM'] !== 'dumb';
  return {
    isTerminal,
    get columns() {
      return isTerminal && stream.columns > 0 ? stream.columns : Infinity;
    },
    canErase,
    hasColor: canErase && (env['NO_COLOR'] ?? '') === '',
    write(piece) {
      stream.write(piece);
    },
  };
}

function stdinKind(): Stdin['kind'] {
  if (process.stdin.isTTY) return 'terminal';
  try {
    const stat = fstatSync(0);
    if (stat.isFile()) return 'file';
    if (stat.isFIFO()) return 'pipe';
    // Such as /dev/null.
    return stat.isSocket() ? 'socket' : 'none';
  } catch {
    return 'none';
  }
}
