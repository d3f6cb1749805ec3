import { fstatSync } from 'node:fs';
import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';
import type { Env } from '@majordomo/core';
import type { Io, Output, Stdin } from './io.ts';

/** The real process as an `Io`. Prompts are loaded when the first question is asked. */
export function processIo(env: Env, signal: AbortSignal): Io {
  return {
    env,
    signal,
    cwd: process.cwd(),
    home: homedir(),
    stdin: { kind: stdinKind(), text: () => text(process.stdin) },
    stdout: output(process.stdout, env),
    stderr: output(process.stderr, env),
    async ask(question) {
      const prompts = await import('@clack/prompts');
      const answer = await prompts.text({ message: question, signal });
      return prompts.isCancel(answer) ? undefined : answer;
    },
    async confirm(question) {
      const prompts = await import('@clack/prompts');
      return (await prompts.confirm({ message: question, signal })) === true;
    },
  };
}

function output(stream: NodeJS.WriteStream, env: Env): Output {
  const isTerminal = stream.isTTY;
  const plain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return {
    isTerminal,
    get columns() {
      return isTerminal && stream.columns > 0 ? stream.columns : Infinity;
    },
    colour: isTerminal && !plain,
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
    return stat.isSocket() ? 'socket' : 'none';
  } catch {
    return 'none';
  }
}
