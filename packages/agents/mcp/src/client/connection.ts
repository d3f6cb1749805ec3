import { LlmError, systemClock, type Clock, type JsonObject } from '@majordomo/core';
import { abortable, isTooDeep, MAX_DEPTH, Semaphore, withTimeout } from '@majordomo/core/toolkit';
import type { Tool as ListedTool } from '@modelcontextprotocol/client';
import { authorizationFor, type Authorization } from '../auth/authorization.ts';
import { LOGIN_MS } from '../auth/login.ts';
import { ServerRequests, withPause } from '../server-requests/handlers.ts';
import type { OwnedOptions } from '../entry.ts';
import type { McpEvent } from '../options.ts';
import { sendCall, type ToolCall } from './call.ts';
import { ListWatch } from './list-watch.ts';
import { isLostSession, toLlmError } from './errors.ts';
import { IdleTimeout } from './idle-timeout.ts';
import type { CallIo, CallOutcome, Work } from './outcome.ts';
import { KnownProtocol } from './known-protocol.ts';
import { CONNECT_MS, NO_LIMIT, openSession, type Session } from './session.ts';
import { checkTask, waitForTask, type Task } from './tasks.ts';

/** Default of the option `timeoutMs`. */
const SILENT_MS = 60_000;
/** Default of the option `totalMs`: maximum duration of a call, in milliseconds. */
export const TOTAL_MS = 600_000;
/** Pause before the first attempt to reconnect, which doubles with each attempt, and its maximum. */
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;
/** Maximum time in which `close` waits for the requests of `requestLast`. */
const LAST_MS = 1000;

/** Dependencies of a connection. */
export interface ConnectionIo {
  readonly options: OwnedOptions;
  readonly emit: (event: McpEvent) => void;
  /** Called with the list of tools after each request for the list. */
  onTools(tools: readonly ListedTool[], hasResources: boolean): void;
}

/**
 * Connection to a server across sessions. If the session is lost, the next request opens a new session after a pause. If this
 * fails, the request fails, and the pause before the next attempt is longer.
 */
export class Connection {
  readonly label: string;
  readonly clock: Clock;
  readonly answers: ServerRequests;
  /** Ids of the tasks whose result is being requested in the background. */
  readonly openResults: Set<string> = new Set();
  readonly protocol: KnownProtocol = new KnownProtocol();
  private readonly io: ConnectionIo;
  private readonly watch: ListWatch;
  private readonly slots: Semaphore;
  private readonly authorization: Authorization | undefined;
  /** Aborts all requests when the connection is closed. */
  readonly closing: AbortController = new AbortController();
  private readonly timeouts = new Set<IdleTimeout>();
  private session: Session | undefined;
  private opening: Promise<Session> | undefined;
  private closed: Promise<void> | undefined;
  /** Settles when the requests of `requestLast` have ended. Never rejects. */
  private last: Promise<unknown> = Promise.resolve();
  /** Number of attempts to reconnect since the last successful request. */
  private losses = 0;

  constructor(io: ConnectionIo) {
    const { options } = io;
    this.io = io;
    this.label = `mcp "${options.name}"`;
    this.clock = options.clock ?? systemClock;
    this.answers = new ServerRequests(options, () => this.pauseAll());
    this.watch = new ListWatch(this.clock, this.closing.signal, () => this.refreshTools());
    this.slots = new Semaphore(options.concurrency ?? Infinity);
    const own = { label: this.label, clock: this.clock, signal: this.closing.signal };
    this.authorization = authorizationFor(options, { ...own, pause: () => this.pauseAll() });
  }

  /** Instructions that the server sent in the latest session. */
  get instructions(): string | undefined {
    return this.session?.instructions;
  }

  /** Connects if necessary, and updates the list of tools. */
  async list(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.closing.signal]);
    await this.withTimeouts(this.label, either, async ({ timeout }) => {
      const session = this.session;
      // Opening a session also updates the list.
      if (session?.isOpen !== true) {
        await this.open(timeout);
        return;
      }
      try {
        await this.takeTools(session, timeout.signal);
      } catch (error) {
        if (!isRepeatable(error, timeout)) throw error;
        await this.open(timeout);
      }
    });
  }

  /** Connects if necessary. */
  async ready(): Promise<void> {
    await this.withTimeouts(this.label, this.closing.signal, ({ timeout }) => this.open(timeout));
  }

  /** Sends a tool call, and returns its outcome. */
  async call(call: ToolCall): Promise<CallOutcome> {
    const label = `${this.label}: ${call.tool.name}`;
    const either = AbortSignal.any([call.signal, this.closing.signal]);
    try {
      return await this.slots.run(either, async () => {
        const outcome = checkDepth(await this.withTimeouts(label, either, (io) => sendCall(call, io)), label);
        // A call may change the tools of its server, and the next step of the agent must have them. The time limits do not
        // include this wait, because the result would be lost.
        await abortable(this.watch.whenRefreshed(), either);
        return outcome;
      });
    } catch (error) {
      throw toLlmError(error, { label, signal: either });
    }
  }

  /** Whether another login may add these scopes. An `OAuthClientProvider` of the application decides for itself. */
  async mayAdd(scopes: string): Promise<boolean> {
    return this.authorization === undefined || this.authorization.lacks(scopes);
  }

  /** Whether a login with these scopes is stored, so that a call that waits for it can be repeated. */
  async hasLogin(scopes: string | undefined): Promise<boolean> {
    return this.authorization === undefined || this.authorization.hasLogin(scopes);
  }

  /** Waits for the end of a task that a call sent by `request` has started, within the time limits of a call. */
  async awaitTask(task: Task, signal: AbortSignal): Promise<CallOutcome> {
    const label = `${this.label}: task ${task.taskId}`;
    const either = AbortSignal.any([signal, this.closing.signal]);
    return checkDepth(await this.withTimeouts(label, either, (io) => waitForTask(task, io)), label);
  }

  /** Sends replies for a task if they are set. Returns the task's outcome, or `undefined` while the task runs. */
  task(taskId: string, replies: JsonObject | undefined): Promise<CallOutcome | undefined> {
    const label = `${this.label}: task ${taskId}`;
    return this.withTimeouts(label, this.closing.signal, async (io) => {
      const outcome = await checkTask(taskId, replies, io);
      return outcome && checkDepth(outcome, label);
    });
  }

  /** Sends requests other than tool calls. `subject`: description of the request in error messages. */
  request<T>(subject: string, signal: AbortSignal | undefined, work: Work<T>): Promise<T> {
    const either = AbortSignal.any([signal ?? this.closing.signal, this.closing.signal]);
    return this.withTimeouts(`${this.label}: ${subject}`, either, ({ send }) => send(work));
  }

  /** Sends a request without waiting for its response. Closing the connection waits for it, at most `LAST_MS`. */
  requestLast(subject: string, work: Work<unknown>): void {
    // This signal never aborts, so that the request is also sent while the connection is being closed.
    const { signal } = new AbortController();
    const sent = this.withTimeouts(`${this.label}: ${subject}`, signal, ({ send }) => send(work));
    this.last = Promise.allSettled([this.last, sent]);
  }

  /** Aborts the requests in progress, and ends the session. */
  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    this.closing.abort(new LlmError('aborted', `${this.label} was closed`));
    // The system clock limits this wait also if the clock of the options stands still.
    await withTimeout(this.last, LAST_MS, systemClock).catch(() => undefined);
    await this.opening?.catch(() => undefined);
    await this.session?.close();
  }

  /** Runs the work. Repeats the work once if the session was lost before the server processed the request. */
  private async send<T>(label: string, timeout: IdleTimeout, work: Work<T>): Promise<T> {
    try {
      return await this.sendOnce(label, timeout, work);
    } catch (error) {
      if (!isRepeatable(error, timeout)) throw error;
      return this.sendOnce(label, timeout, work);
    }
  }

  private async sendOnce<T>(label: string, timeout: IdleTimeout, work: Work<T>): Promise<T> {
    const session = await this.open(timeout);
    const options = { ...NO_LIMIT, signal: timeout.signal, onprogress: timeout.touch };
    const result = await session.use(label, timeout.signal, (client) => work(client, options));
    this.losses = 0;
    return result;
  }

  private async withTimeouts<T>(
    label: string,
    signal: AbortSignal,
    work: (io: CallIo & { readonly timeout: IdleTimeout }) => Promise<T>,
  ): Promise<T> {
    const { timeoutMs: idleMs = SILENT_MS, totalMs = TOTAL_MS } = this.io.options;
    const timeout = new IdleTimeout({ signal, idleMs, totalMs, clock: this.clock, label });
    this.timeouts.add(timeout);
    try {
      timeout.signal.throwIfAborted();
      const send: CallIo['send'] = (request) => this.send(label, timeout, request);
      return await abortable(work({ connection: this, timeout, send }), timeout.signal);
    } catch (error) {
      throw toLlmError(error, { label, signal: timeout.signal });
    } finally {
      this.release(timeout);
    }
  }

  private release(timeout: IdleTimeout): void {
    this.timeouts.delete(timeout);
    timeout.close();
    // Without a timeout, no call waits for the authorization.
    if (this.timeouts.size === 0) this.authorization?.abandon();
  }

  /** Returns the open session, or opens one session for all callers. Connecting pauses the idle timeout. */
  private async open(timeout: IdleTimeout): Promise<Session> {
    // While a session is being opened, it is already set, but its tools are not known yet.
    if (this.opening === undefined && this.session?.isOpen === true) return this.session;
    this.opening ??= this.reopen().finally(() => {
      this.opening = undefined;
    });
    const { opening } = this;
    return withPause(
      () => timeout.pause(),
      () => abortable(opening, timeout.signal),
    );
  }

  /** Opens a session and updates the list of tools, so that no call runs a definition that has changed. */
  private async reopen(): Promise<Session> {
    if (this.session !== undefined) {
      this.losses += 1;
      await this.clock.sleep(pauseAfter(this.losses), this.closing.signal);
    }
    const { label, closing } = this;
    const session = await this.openWithTimeout();
    this.session = session;
    this.io.emit({ type: 'connected', detail: session.server ?? label });
    try {
      // Not with `send`, which would wait for the end of `reopen`.
      await this.withTimeouts(label, closing.signal, (own) => this.takeTools(session, own.timeout.signal));
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  /** Connects without the caller's signal, because other callers may wait for the same connection. */
  private async openWithTimeout(): Promise<Session> {
    const { closing, clock, label, answers, io, watch, authorization, protocol } = this;
    const { connectMs = CONNECT_MS } = io.options;
    const totalMs = authorization === undefined ? connectMs : connectMs + LOGIN_MS;
    const limits = { signal: closing.signal, idleMs: connectMs, totalMs, clock };
    const timeout = new IdleTimeout({ ...limits, label: `${label}: connecting` });
    const closed = (session: Session, last = label): void => {
      // A session that could not be opened was never reported as connected.
      if (session === this.session) io.emit({ type: 'closed', detail: last });
    };
    this.timeouts.add(timeout);
    try {
      const listChanged = (): void => {
        watch.changed();
      };
      const sessionIo = { label, answers, protocol, emit: io.emit, listChanged, closed };
      return await openSession(io.options, authorization, sessionIo, timeout.signal);
    } finally {
      this.release(timeout);
    }
  }

  /** Updates the list of tools if a session is open. Otherwise the next call reconnects. */
  private async refreshTools(): Promise<void> {
    if (this.session?.isOpen === true) await this.list(this.closing.signal);
  }

  private async takeTools(session: Session, signal: AbortSignal): Promise<void> {
    await session.use(this.label, signal, async (client) => {
      const capabilities = client.getServerCapabilities();
      const { tools } =
        // If the server has no tools, the SDK would write to the console.
        capabilities?.tools === undefined
          ? { tools: [] }
          : await client.listTools(undefined, { ...NO_LIMIT, signal, cacheMode: 'refresh' });
      this.io.onTools(tools, capabilities?.resources !== undefined);
    });
  }

  /** Pauses all idle timeouts, because the server waits for the client. Returns a function that ends the pause. */
  private pauseAll(): () => void {
    const resumes = [...this.timeouts].map((timeout) => timeout.pause());
    return () => {
      for (const resume of resumes) resume();
    };
  }
}

/** Whether a request failed because its session was lost before the server processed it. */
const isRepeatable = (error: unknown, { signal }: IdleTimeout): boolean =>
  !signal.aborted && LlmError.is(error) && isLostSession(error);

/** Returns the time to wait before the next attempt after this number of failures, in milliseconds. */
export const pauseAfter = (failures: number): number =>
  Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));

/** Returns the outcome. Throws `protocol` for a result that is nested too deeply to be converted. */
function checkDepth(outcome: CallOutcome, label: string): CallOutcome {
  if (outcome.type !== 'result' || !isTooDeep(outcome.result)) return outcome;
  throw new LlmError('protocol', `${label}: the result is nested more than ${MAX_DEPTH} levels`);
}
