import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { Socket } from 'node:net';
import process from 'node:process';
import type { Writable } from 'node:stream';

/** Ends a process group after this process has ended for any reason. */
export interface Watchdog {
  /** Starts to guard the group. */
  guard(group: number): void;
  /** Stops guarding, because the group has ended or does not exist. */
  release(): void;
}

/**
 * A shell that reads from a pipe which only this process writes to. The system closes the pipe with the process, even after
 * SIGKILL. The first line is the group. A second line means that it has ended; end of file means that this process has
 * ended. The shell has its own session, so that Ctrl-C or a closed terminal does not reach it.
 */
const SCRIPT = `
read -r group || exit 0
read -r word && exit 0
kill -TERM "-$group"
sleep 0.4 || sleep 1
kill -KILL "-$group"
`;

/** Start it before the child, so that no gap occurs. Windows has no process groups. */
export function watchdog(): Watchdog {
  if (process.platform === 'win32') return { guard: () => undefined, release: () => undefined };
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  detach(shell);
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

/** Detaches the shell, so that it does not keep the application running. Without a shell there is no watchdog. */
function detach(shell: ChildProcessByStdio<Writable, null, null>): void {
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
}
