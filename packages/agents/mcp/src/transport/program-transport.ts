import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { LlmError } from '@majordomo/core';
import { checkReceivedJson } from '@majordomo/wire-kit/internal';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import type { McpProgram } from '../options.ts';
import { loadClient, loadClientStdio } from '../sdk.ts';
import type { ServerTransport } from './server-transport.ts';
import type { StderrTail } from './stderr-tail.ts';
import { readLines } from './read-lines.ts';

/**
 * Shell script that starts the program in a separate process group and waits on a pipe of this process. When this process ends,
 * even by SIGKILL, the pipe closes, and the script ends the group. The program does not inherit the pipe.
 * POSIX permits a `sleep` that accepts only integers.
 */
const SCRIPT = `
( trap '' TERM INT HUP
  read -r word
  kill -TERM 0
  sleep 0.5 || sleep 1
  kill -KILL 0 ) <&3 3<&- >/dev/null 2>&1 &
exec "$@" 3<&-
`;

/** Maximum wait for the end of a program after its stdin closes, and again after SIGTERM, in milliseconds. */
const GRACE_MS = 700;
/** Maximum time to read output after a program has ended, in milliseconds, because another process may keep its stdout open. */
const DRAIN_MS = 1000;
const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
/** Maximum size of the messages that a program has not read. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** Starts a program in a separate process group. Windows has no process groups, so the SDK's transport is used there. */
export async function programTransport(
  place: McpProgram,
  stderr: StderrTail,
): Promise<Pick<ServerTransport, 'transport' | 'lastOutput'>> {
  const [{ deserializeMessage }, { getDefaultEnvironment, StdioClientTransport }] = await Promise.all([
    loadClient(),
    loadClientStdio(),
  ]);
  if (process.platform !== 'win32') {
    const env = { ...getDefaultEnvironment(), ...place.env };
    const transport = new ProgramTransport(place, env, deserializeMessage, stderr);
    return { transport, lastOutput: () => transport.lastOutput() };
  }
  const { command, args = [], env = {}, cwd } = place;
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: { ...env },
    stderr: 'pipe',
    ...(cwd === undefined ? {} : { cwd }),
  });
  stderr.listen(transport.stderr);
  return { transport, lastOutput: () => stderr.text };
}

class ProgramTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport['onmessage'];
  private readonly place: McpProgram;
  private readonly env: Record<string, string>;
  private readonly parse: (line: string) => JSONRPCMessage;
  private readonly stderr: StderrTail;
  private child: ChildProcess | undefined;
  private exited: Promise<void> | undefined;
  private readonly closed: Promise<void>;
  private resolveClosed: () => void = () => undefined;
  private reading: Promise<void> = Promise.resolve();
  private ending = '';
  private isClosed = false;

  constructor(
    place: McpProgram,
    env: Record<string, string>,
    parse: (line: string) => JSONRPCMessage,
    stderr: StderrTail,
  ) {
    this.place = place;
    this.env = env;
    this.parse = parse;
    this.stderr = stderr;
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
  }

  /** Id of the process. The SDK recognizes a program by the members `pid` and `stderr`. */
  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  lastOutput(): string | undefined {
    return [this.ending, this.stderr.text].filter((part) => part !== '').join(': ') || undefined;
  }

  async start(): Promise<void> {
    const { command, args = [], cwd } = this.place;
    const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', command, ...args], {
      env: this.env,
      cwd,
      // The fourth pipe, with the number 3, is that of the script.
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.child = child;
    this.stderr.listen(child.stderr);
    // `send` reports errors of stdin. Without listeners, the errors would end this process.
    child.stdin.on('error', () => undefined);
    child.stdio[3]?.on('error', () => undefined);
    this.reading = this.readOutput(child.stdout);
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.ending ||= `the program ended with ${signal ?? `code ${String(code)}`}`;
        resolve();
        this.onExit(child);
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        reject(cwd === undefined ? error : new Error(`cannot be started in ${cwd}: ${error.message}`));
      });
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.child?.stdin;
    if (stdin?.writable !== true) return Promise.reject(closedError());
    if (stdin.writableLength > MAX_UNREAD_BYTES) {
      this.fail('the program does not read its stdin');
      return Promise.reject(closedError());
    }
    return new Promise((resolve, reject) => {
      stdin.write(`${toLine(message)}\n`, (error) => {
        if (error) reject(closedError());
        else resolve();
      });
    });
  }

  /** Closes stdin. If the program does not end, sends SIGTERM. In any case, then kills the rest of the process group. */
  async close(): Promise<void> {
    const { child, exited } = this;
    if (child?.pid === undefined || exited === undefined) return;
    child.stdin?.end();
    if (!(await happensWithin(exited, GRACE_MS))) {
      this.signal('SIGTERM');
      await happensWithin(exited, GRACE_MS);
    }
    this.signal('SIGKILL');
    await happensWithin(this.closed, GRACE_MS);
    this.finish();
  }

  private async readOutput(stdout: Readable): Promise<void> {
    try {
      for await (const line of readLines(stdout, MAX_MESSAGE_BYTES)) {
        this.handleLine(line);
        // Other work must run between the messages of a large output.
        await setImmediate();
        if (this.isClosed) return;
      }
    } catch (error) {
      if (!this.isClosed) this.fail(readFailure(error));
    }
    void this.closeAfterOutput();
  }

  private handleLine(line: string): void {
    // Outside of the `try`: JSON beyond the limits ends the connection, and a line that is not a message is only reported.
    checkReceivedJson(new TextEncoder().encode(line), 'the program');
    try {
      this.onmessage?.(this.parse(line));
    } catch (error) {
      this.onerror?.(error as Error);
    }
  }

  /** Closes the connection if the program has closed its stdout but does not end. */
  private async closeAfterOutput(): Promise<void> {
    if (this.exited !== undefined && !(await happensWithin(this.exited, DRAIN_MS)))
      this.fail('the program closed its stdout');
  }

  private onExit(child: ChildProcess): void {
    this.signal('SIGKILL');
    const closed = new Promise((resolve) => child.once('close', resolve));
    void happensWithin(Promise.all([closed, this.reading]), DRAIN_MS).then(() => {
      this.finish();
    });
    child.stdin?.destroy();
  }

  private fail(reason: string): void {
    if (this.ending === '') this.ending = reason;
    this.finish();
  }

  private finish(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.signal('SIGKILL');
    this.child?.stdin?.destroy();
    this.child?.stdout?.destroy();
    this.child?.stderr?.destroy();
    this.resolveClosed();
    this.onclose?.();
  }

  private signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    try {
      if (this.child?.pid !== undefined) process.kill(-this.child.pid, signal);
    } catch {
      // ESRCH: the process group has already ended.
    }
  }
}

function readFailure(error: unknown): string {
  if (LlmError.is(error)) return error.message;
  return error instanceof RangeError
    ? `the program printed ${error.message}`
    : 'the output of the program could not be read';
}

/** Returns a message as one line. Escapes two characters that some readers treat as line breaks. */
const toLine = (message: JSONRPCMessage): string =>
  JSON.stringify(message).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

const closedError = (): Error =>
  Object.assign(new Error('the connection is closed'), { code: 'NOT_CONNECTED' });

async function happensWithin(event: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([event.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
