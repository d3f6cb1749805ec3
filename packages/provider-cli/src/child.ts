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
  /** Longest life in ms; 0: no limit. */
  readonly totalMs: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running CLI, the leader of a process group of its own. */
export interface Child {
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Resolves when the leader is gone and its output is over. */
  readonly exited: Promise<Exit>;
  /** The end of what it wrote to stderr. */
  stderr(): string;
  /** True when its time was over. */
  readonly timedOut: boolean;
  /** True when its output was cut because a helper that it left behind kept it open. */
  readonly cut: boolean;
  /** Ends the whole group: SIGTERM, and SIGKILL for what is left after `GRACE_MS`. */
  stop(): void;
  /** Lets it end by itself, within `LINGER_MS`. */
  release(): void;
}

/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 400;
/** After its answer a CLI still writes its session to disk. */
const LINGER_MS = 3000;
/** A helper that the CLI left behind may hold its output open for ever. */
const DRAIN_MS = 1000;
const STDERR_KEPT = 16 * 1024;

/** Starts a child; rejects when the system refuses to. Its output is read as it is asked for, stderr always. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { command, cwd, env, stdin, signal, totalMs } = options;
  const guard = watchdog();
  const child = spawn(command.file, command.args, {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own on POSIX: it is ended with all that it started.
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

/** The children that run: those that are left when the app ends are ended at once. */
const running = new Set<RunningChild>();
let listens = false;

function endWithTheApp(child: RunningChild): void {
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
  private readonly forgetTotal: (() => void) | undefined;
  private stopping = false;
  private gone = false;

  constructor(child: ChildProcess, guard: Watchdog, stdin: string, signal: AbortSignal, totalMs: number) {
    this.child = child;
    this.guard = guard;
    this.signal = signal;
    this.exited = this.watch();
    child.stderr?.on('data', (chunk: Buffer) => {
      this.keep(chunk);
    });
    // A CLI that fails early does not read its prompt.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
    signal.addEventListener('abort', this.stop, { once: true });
    endWithTheApp(this);
    if (totalMs > 0)
      this.forgetTotal = systemClock.timer(totalMs, () => {
        this.timedOut = true;
        this.stop();
      });
    if (signal.aborted) this.stop();
  }

  /** Leaving the loop does not close the pipe: a CLI that has answered may still print. */
  get stdout(): AsyncIterable<Uint8Array> {
    const { stdout } = this.child;
    if (stdout === null) throw new TypeError('the child has no stdout');
    return stdout.iterator({ destroyOnReturn: false });
  }

  stderr(): string {
    return new TextDecoder().decode(Buffer.concat(this.errors).subarray(-STDERR_KEPT));
  }

  readonly stop = (): void => {
    if (this.stopping) return;
    this.stopping = true;
    this.end('SIGTERM');
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

  /** Signals the group; there is nobody to signal when all of it is gone. */
  private end(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    if (process.platform === 'win32') {
      if (!this.gone)
        spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' }).on(
          'error',
          () => undefined,
        );
      return;
    }
    try {
      process.kill(-pid, signal);
    } catch {
      // ESRCH: the group has ended.
    }
  }

  private keep(chunk: Buffer): void {
    this.errors.push(chunk);
    let total = this.errors.reduce((sum, { length }) => sum + length, 0);
    while (total > 2 * STDERR_KEPT && this.errors.length > 1) total -= this.errors.shift()?.length ?? 0;
  }

  private async watch(): Promise<Exit> {
    const exit = await new Promise<Exit>((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.gone = true;
        resolve({ code, signal });
      });
    });
    this.forgetTotal?.();
    this.signal.removeEventListener('abort', this.stop);
    await this.drained();
    // What the leader left behind is ended with it.
    this.end('SIGTERM');
    setTimeout(() => {
      this.kill();
      this.guard.release();
      running.delete(this);
    }, GRACE_MS).unref();
    return exit;
  }

  private async drained(): Promise<void> {
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
