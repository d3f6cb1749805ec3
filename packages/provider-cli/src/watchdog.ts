import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { Socket } from 'node:net';
import process from 'node:process';
import type { Writable } from 'node:stream';

/** Ends a process group when this process is gone, however it ended. */
export interface Watchdog {
  /** From here on the group is watched. */
  guard(group: number): void;
  /** The group has ended, or there is none. */
  release(): void;
}

/**
 * A shell that waits at a pipe whose other end only this process holds: the system closes it with the process, after
 * SIGKILL too. It is told the group, and a word when there is nothing to guard any more; silence means that nobody is
 * left to say it. In a session of its own, so that a Ctrl-C or a terminal that closes does not reach it.
 */
const SCRIPT = `
read -r group || exit 0
read -r word && exit 0
kill -TERM "-$group"
sleep 0.4 || sleep 1
kill -KILL "-$group"
`;

/** Start it before the child, so that there is no moment without it. Windows has no groups to end. */
export function watchdog(): Watchdog {
  if (process.platform === 'win32') return { guard: () => undefined, release: () => undefined };
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  letGo(shell);
  let guards = false;
  return {
    guard(group) {
      guards = true;
      shell.stdin.write(`${group}\n`);
    },
    release() {
      shell.stdin.end(guards ? 'over\n' : '');
    },
  };
}

/** It must not keep the app alive. A system without a shell is one without a watchdog. */
function letGo(shell: ChildProcessByStdio<Writable, null, null>): void {
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
}
