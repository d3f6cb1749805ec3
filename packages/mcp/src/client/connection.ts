import { LlmError, systemClock, type Clock } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/client';
import { Answers } from '../server-requests/handlers.ts';
import type { McpEvent, McpOptions } from '../options.ts';
import { ListWatch } from './list-watch.ts';
import { isLostSession, toLlmError } from './errors.ts';
import { Patience } from './idle-timeout.ts';
import { NO_LIMIT, openSession, type Session } from './session.ts';

const SILENT_MS = 60_000;
const TOTAL_MS = 600_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** A call of a tool, by the name that the server gave it. */
export interface ToolCall {
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly signal: AbortSignal;
}

/**
 * The way to a server over all of its sessions. A session that is lost is opened again by the next call that needs it, once:
 * when that fails the call fails, and the one after it waits longer first.
 */
export class Connection {
  readonly who: string;
  readonly clock: Clock;
  private readonly options: McpOptions;
  private readonly emit: (event: McpEvent) => void;
  private readonly onTools: (tools: readonly ListedTool[]) => void;
  private readonly answers: Answers;
  private readonly watch: ListWatch;
  private readonly closing = new AbortController();
  private readonly waiting = new Set<Patience>();
  private session: Session | undefined;
  private opening: Promise<Session> | undefined;
  private closed: Promise<void> | undefined;
  /** Reconnections since the last call that was answered. */
  private losses = 0;

  constructor(
    options: McpOptions,
    emit: (event: McpEvent) => void,
    onTools: (tools: readonly ListedTool[]) => void,
  ) {
    this.options = options;
    this.emit = emit;
    this.onTools = onTools;
    this.who = `mcp "${options.name}"`;
    this.clock = options.clock ?? systemClock;
    this.answers = new Answers(options, () => this.pauseAll());
    this.watch = new ListWatch(this.clock, this.closing.signal, () => this.lookAgain());
  }

  /** Connects where there is no session, and takes the server's list of tools. */
  async list(signal: AbortSignal): Promise<void> {
    await this.patiently(this.who, signal, async (patience) => {
      const session = await this.open(patience);
      await this.takeTools(session, patience.signal);
    });
  }

  /** The answer of the server. A session that it has forgotten is opened again, and the call sent again: nobody saw it. */
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
    this.closing.abort(new LlmError('aborted', `${this.who} was closed`));
    await this.opening?.catch(() => undefined);
    await this.session?.close();
  }

  private callOnce({ name, args, signal }: ToolCall): Promise<CallToolResult> {
    const who = `${this.who}: ${name}`;
    return this.patiently(who, signal, async (patience) => {
      const session = await this.open(patience);
      const options = { ...NO_LIMIT, signal: patience.signal, onprogress: patience.touch };
      const result = await session.use(who, patience.signal, (client) =>
        client.callTool({ name, arguments: args }, options),
      );
      this.losses = 0;
      await this.watch.settled();
      return result;
    });
  }

  /** Work with a server within its limits; neither a deaf server nor a deaf SDK is waited for beyond them. */
  private async patiently<T>(
    who: string,
    signal: AbortSignal,
    work: (patience: Patience) => Promise<T>,
  ): Promise<T> {
    const { timeoutMs: silentMs = SILENT_MS, totalMs = TOTAL_MS } = this.options;
    const either = AbortSignal.any([signal, this.closing.signal]);
    const patience = new Patience({ signal: either, silentMs, totalMs, clock: this.clock, who });
    this.waiting.add(patience);
    try {
      patience.signal.throwIfAborted();
      return await abortable(work(patience), patience.signal);
    } catch (error) {
      throw toLlmError(error, { who, signal: patience.signal });
    } finally {
      this.waiting.delete(patience);
      patience.close();
    }
  }

  /** The session that there is, or a new one that all who need it wait for; connecting has a time of its own. */
  private async open(patience: Patience): Promise<Session> {
    if (this.session?.isOpen === true) return this.session;
    this.opening ??= this.reopen().finally(() => {
      this.opening = undefined;
    });
    const goOn = patience.pause();
    try {
      return await abortable(this.opening, patience.signal);
    } finally {
      goOn();
    }
  }

  private async reopen(): Promise<Session> {
    const { who } = this;
    const isFirst = this.session === undefined;
    if (!isFirst) {
      this.losses += 1;
      await this.clock.sleep(pauseAfter(this.losses), this.closing.signal);
    }
    const session = await this.patientlyOpened();
    this.session = session;
    this.emit({ type: 'connected', detail: session.server ?? who });
    if (!isFirst) await this.takeTools(session, this.closing.signal);
    return session;
  }

  /** Nobody's own signal ends it, for others may wait too; its time, and the end of the connection do. */
  private async patientlyOpened(): Promise<Session> {
    const { connectMs = SILENT_MS } = this.options;
    const { closing, clock, who, emit, answers } = this;
    const limits = { signal: closing.signal, silentMs: connectMs, totalMs: connectMs, clock };
    const patience = new Patience({ ...limits, who: `${who}: connecting` });
    const closed = (session: Session, last = who): void => {
      if (session === this.session) emit({ type: 'closed', detail: last });
    };
    try {
      const io = { who, answers, emit, listChanged: this.watch.changed, closed };
      return await openSession(this.options, io, patience.signal);
    } finally {
      patience.close();
    }
  }

  /** A server that is gone is not connected for its list alone: the next call does that. */
  private async lookAgain(): Promise<void> {
    if (this.session?.isOpen === true) await this.list(this.closing.signal);
  }

  private async takeTools(session: Session, signal: AbortSignal): Promise<void> {
    const { tools } = await session.use(this.who, signal, async (client) =>
      // The SDK writes to the console about servers that have none.
      client.getServerCapabilities()?.tools === undefined
        ? { tools: [] }
        : client.listTools(undefined, { ...NO_LIMIT, signal, cacheMode: 'refresh' }),
    );
    this.onTools(tools);
  }

  /** While the server waits for an answer of ours, no call of it is late. */
  private pauseAll(): () => void {
    const resumes = [...this.waiting].map((patience) => patience.pause());
    return () => {
      for (const resume of resumes) resume();
    };
  }
}

/** Twice as long each time. */
const pauseAfter = (losses: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (losses - 1));
