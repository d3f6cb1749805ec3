import { LlmError, systemClock, type Clock } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/client';
import { ServerRequests } from '../server-requests/handlers.ts';
import type { McpEvent, McpOptions } from '../options.ts';
import { ListWatch } from './list-watch.ts';
import { isLostSession, toLlmError } from './errors.ts';
import { IdleTimeout } from './idle-timeout.ts';
import { NO_LIMIT, openSession, type Session } from './session.ts';

const SILENT_MS = 60_000;
const TOTAL_MS = 600_000;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;

/** Tool call, with the tool's name on the server. */
export interface ToolCall {
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly signal: AbortSignal;
}

/**
 * Connection to a server across sessions. After a session is lost, the next call opens one new session. If opening it fails,
 * the call fails, and the next call waits longer before it reconnects.
 */
export class Connection {
  readonly label: string;
  readonly clock: Clock;
  private readonly options: McpOptions;
  private readonly emit: (event: McpEvent) => void;
  private readonly onTools: (tools: readonly ListedTool[]) => void;
  private readonly answers: ServerRequests;
  private readonly watch: ListWatch;
  private readonly closing = new AbortController();
  private readonly timeouts = new Set<IdleTimeout>();
  private session: Session | undefined;
  private opening: Promise<Session> | undefined;
  private closed: Promise<void> | undefined;
  /** Number of lost sessions since the last successful call. */
  private losses = 0;

  constructor(
    options: McpOptions,
    emit: (event: McpEvent) => void,
    onTools: (tools: readonly ListedTool[]) => void,
  ) {
    this.options = options;
    this.emit = emit;
    this.onTools = onTools;
    this.label = `mcp "${options.name}"`;
    this.clock = options.clock ?? systemClock;
    this.answers = new ServerRequests(options, () => this.pauseAll());
    this.watch = new ListWatch(this.clock, this.closing.signal, () => this.refreshTools());
  }

  /** Connects if necessary, and updates the list of tools. */
  async list(signal: AbortSignal): Promise<void> {
    await this.withTimeouts(this.label, signal, async (timeout) => {
      const session = await this.open(timeout);
      await this.takeTools(session, timeout.signal);
    });
  }

  /** Returns the result of a call. Repeats the call if the server did not recognize the session, because the call did not run. */
  async call(call: ToolCall): Promise<CallToolResult> {
    try {
      return await this.callOnce(call);
    } catch (error) {
      if (call.signal.aborted || !LlmError.is(error) || !isLostSession(error)) throw error;
      return this.callOnce(call);
    }
  }

  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    this.closing.abort(new LlmError('aborted', `${this.label} was closed`));
    await this.opening?.catch(() => undefined);
    await this.session?.close();
  }

  private callOnce({ name, args, signal }: ToolCall): Promise<CallToolResult> {
    const callLabel = `${this.label}: ${name}`;
    return this.withTimeouts(callLabel, signal, async (timeout) => {
      const session = await this.open(timeout);
      const options = { ...NO_LIMIT, signal: timeout.signal, onprogress: timeout.touch };
      const result = await session.use(callLabel, timeout.signal, (client) =>
        client.callTool({ name, arguments: args }, options),
      );
      this.losses = 0;
      await this.watch.whenRefreshed();
      return result;
    });
  }

  private async withTimeouts<T>(
    label: string,
    signal: AbortSignal,
    work: (timeout: IdleTimeout) => Promise<T>,
  ): Promise<T> {
    const { timeoutMs: idleMs = SILENT_MS, totalMs = TOTAL_MS } = this.options;
    const either = AbortSignal.any([signal, this.closing.signal]);
    const timeout = new IdleTimeout({ signal: either, idleMs, totalMs, clock: this.clock, label: label });
    this.timeouts.add(timeout);
    try {
      timeout.signal.throwIfAborted();
      return await abortable(work(timeout), timeout.signal);
    } catch (error) {
      throw toLlmError(error, { label, signal: timeout.signal });
    } finally {
      this.timeouts.delete(timeout);
      timeout.close();
    }
  }

  /** Returns the open session, or opens one session for all callers. Connecting does not count toward `timeout`. */
  private async open(timeout: IdleTimeout): Promise<Session> {
    if (this.session?.isOpen === true) return this.session;
    this.opening ??= this.reopen().finally(() => {
      this.opening = undefined;
    });
    const goOn = timeout.pause();
    try {
      return await abortable(this.opening, timeout.signal);
    } finally {
      goOn();
    }
  }

  private async reopen(): Promise<Session> {
    const { label } = this;
    const isFirst = this.session === undefined;
    if (!isFirst) {
      this.losses += 1;
      await this.clock.sleep(pauseAfter(this.losses), this.closing.signal);
    }
    const session = await this.openWithTimeout();
    this.session = session;
    this.emit({ type: 'connected', detail: session.server ?? label });
    if (!isFirst) await this.takeTools(session, this.closing.signal);
    return session;
  }

  /** Connects without the caller's signal, because other callers may wait for the same connection. */
  private async openWithTimeout(): Promise<Session> {
    const { connectMs = SILENT_MS } = this.options;
    const { closing, clock, label, emit, answers } = this;
    const limits = { signal: closing.signal, idleMs: connectMs, totalMs: connectMs, clock };
    const timeout = new IdleTimeout({ ...limits, label: `${label}: connecting` });
    const closed = (session: Session, last = label): void => {
      if (session === this.session) emit({ type: 'closed', detail: last });
    };
    try {
      const io = { label, answers, emit, listChanged: this.watch.changed, closed };
      return await openSession(this.options, io, timeout.signal);
    } finally {
      timeout.close();
    }
  }

  /** Updates the list of tools if a session is open. Otherwise the next call reconnects. */
  private async refreshTools(): Promise<void> {
    if (this.session?.isOpen === true) await this.list(this.closing.signal);
  }

  private async takeTools(session: Session, signal: AbortSignal): Promise<void> {
    const { tools } = await session.use(this.label, signal, async (client) =>
      // For a server without tools, the SDK would write to the console.
      client.getServerCapabilities()?.tools === undefined
        ? { tools: [] }
        : client.listTools(undefined, { ...NO_LIMIT, signal, cacheMode: 'refresh' }),
    );
    this.onTools(tools);
  }

  /** Pauses all timeouts while the server waits for the client. */
  private pauseAll(): () => void {
    const resumes = [...this.timeouts].map((timeout) => timeout.pause());
    return () => {
      for (const resume of resumes) resume();
    };
  }
}

const pauseAfter = (losses: number): number => Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (losses - 1));
