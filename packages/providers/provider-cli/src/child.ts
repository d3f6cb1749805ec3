import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import { systemClock } from '@majordomo/core';
import type { CommandLine } from './command.ts';
import { watchdog, type Watchdog } from './watchdog.ts';

export interface ChildOptions {
  readonly command: CommandLine;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly signal: AbortSignal;
  /** Maximum lifetime of the child in milliseconds. 0 disables the limit. */
  readonly totalMs: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Running CLI process, which is the leader of its process group. */
export interface Child {
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Resolves when the process has exited and its output has ended. */
  readonly exited: Promise<Exit>;
  /** Returns the last part of the child's stderr. */
  stderr(): string;
  /** Whether the child exceeded its maximum lifetime. */
  readonly timedOut: boolean;
  /** Whether the output was truncated because a remaining helper process still had the pipe open. */
  readonly cut: boolean;
  /** Ends the process group: sends SIGTERM, and after `GRACE_MS` sends SIGKILL to processes that still run. */
  stop(): void;
  /** Discards further output. Ends the process if it still runs after `LINGER_MS`. Returns without waiting for the end. */
  release(): void;
}

/** Time between SIGTERM and SIGKILL, in milliseconds. */
const GRACE_MS = 400;
const LINGER_MS = 3000;
/** Maximum time from the exit of the child to the end of its output, in milliseconds. A helper process may keep the pipe open. */
const DRAIN_MS = 1000;
const MAX_STDERR_BYTES = 16 * 1024;

/** Starts a child process. Rejects if the system cannot start it. Reads stdout on demand and stderr continuously. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { command, cwd, env, stdin, signal, totalMs } = options;
  const guard = watchdog();
  const child = spawn(command.file, command.args, {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // On POSIX, start the child in a separate process group, so that all processes of the group can be ended.
    detached: process.platform !== 'win32',
    windowsHide: true,
    windowsVerbatimArguments: command.verbatim,
  });
  if (child.pid !== undefined) guard.guard(child.pid);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      guard.release();
      reject(error);
    });
  });
  return new RunningChild(child, guard, stdin, signal, totalMs);
}

/** Running child processes. They are ended when the application exits. */
const running = new Set<RunningChild>();
let listens = false;

function endWithApplication(child: RunningChild): void {
  running.add(child);
  if (listens) return;
  listens = true;
  process.once('exit', () => {
    for (const each of running) each.kill();
  });
}

class RunningChild implements Child {
  readonly exited: Promise<Exit>;
  timedOut = false;
  cut = false;
  private readonly child: ChildProcess;
  private readonly guard: Watchdog;
  private readonly signal: AbortSignal;
  private readonly errors: Buffer[] = [];
  private readonly cancelTotalTimer: (() => void) | undefined;
  private stopping = false;
  private hasExited = false;

  constructor(child: ChildProcess, guard: Watchdog, stdin: string, signal: AbortSignal, totalMs: number) {
    this.child = child;
    this.guard = guard;
    this.signal = signal;
    this.exited = this.watch();
    child.stderr?.on('data', (chunk: Buffer) => {
      this.appendStderr(chunk);
    });
    // Ignore the write error of a CLI that exits before it has read its prompt.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
    signal.addEventListener('abort', this.stop, { once: true });
    endWithApplication(this);
    if (totalMs > 0)
      this.cancelTotalTimer = systemClock.timer(totalMs, () => {
        this.timedOut = true;
        this.stop();
      });
    if (signal.aborted) this.stop();
  }

  /** Returns the bytes of stdout. Ending the iteration does not close the pipe, because a CLI may print after its response. */
  get stdout(): AsyncIterable<Uint8Array> {
    const { stdout } = this.child;
    if (stdout === null) throw new TypeError('the child has no stdout');
    return stdout.iterator({ destroyOnReturn: false });
  }

  stderr(): string {
    return new TextDecoder().decode(Buffer.concat(this.errors).subarray(-MAX_STDERR_BYTES));
  }

  readonly stop = (): void => {
    if (this.stopping) return;
    this.stopping = true;
    this.end('SIGTERM');
    // An iteration that waits for output then fails at once.
    this.child.stdout?.destroy();
    setTimeout(this.kill, GRACE_MS).unref();
  };

  release(): void {
    this.child.stdout?.resume();
    const timer = setTimeout(this.stop, LINGER_MS);
    void this.exited.then(() => {
      clearTimeout(timer);
    });
    timer.unref();
  }

  readonly kill = (): void => {
    this.end('SIGKILL');
  };

  /**
   * Sends the signal to the process group, which may exist after the exit of the child. On Windows, ends the process and its
   * children, which can be found only while the process runs.
   */
  private end(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    if (process.platform === 'win32') {
      if (!this.hasExited)
        spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' }).on(
          'error',
          () => undefined,
        );
      return;
    }
    try {
      process.kill(-pid, signal);
    } catch {
      // Ignore ESRCH, which means that the group has ended.
    }
  }

  private appendStderr(chunk: Buffer): void {
    // Limits the memory only roughly, by complete chunks. `stderr` truncates to the maximum.
    this.errors.push(chunk);
    let total = this.errors.reduce((sum, { length }) => sum + length, 0);
    while (total > 2 * MAX_STDERR_BYTES && this.errors.length > 1) total -= this.errors.shift()?.length ?? 0;
  }

  private async watch(): Promise<Exit> {
    const exit = await new Promise<Exit>((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.hasExited = true;
        resolve({ code, signal });
      });
    });
    this.cancelTotalTimer?.();
    this.signal.removeEventListener('abort', this.stop);
    await this.waitForStdout();
    // End the remaining helper processes.
    this.end('SIGTERM');
    setTimeout(() => {
      this.kill();
      this.guard.release();
      running.delete(this);
    }, GRACE_MS).unref();
    return exit;
  }

  private async waitForStdout(): Promise<void> {
    const { stdout } = this.child;
    if (stdout === null || stdout.closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.cut = true;
        stdout.destroy();
        resolve();
      }, DRAIN_MS);
      stdout.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
