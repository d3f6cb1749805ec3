import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { Socket } from 'node:net';
import process from 'node:process';
import type { Writable } from 'node:stream';

/** Ends a process group when the application's process ends for any reason. */
export interface Watchdog {
  /** Starts to watch this process group. */
  guard(group: number): void;
  /** Stops the watchdog. Call this function when the process group has ended or does not exist. */
  release(): void;
}

/**
 * Script of the watchdog. The watchdog is a shell that reads a pipe. Only this process writes to the pipe. The system closes the
 * pipe when this process ends, even after SIGKILL. The first line is the id of the process group. A second line means that the
 * group has ended. End of file means that this process has ended. The shell has its own session, so it does not receive Ctrl-C or
 * the signal of a closed terminal. `sleep 1` is for systems whose `sleep` accepts only integers.
 */
const SCRIPT = `
read -r group || exit 0
read -r word && exit 0
kill -TERM "-$group"
sleep 0.4 || sleep 1
kill -KILL "-$group"
`;

/**
 * Starts a watchdog. Call this function before the child starts, so that the child is never unguarded. Does nothing on Windows,
 * because Windows has no process groups.
 */
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

/** Detaches the shell, so that the shell does not keep the application running. Ignores the error if no shell can be started. */
function detach(shell: ChildProcessByStdio<Writable, null, null>): void {
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
}
