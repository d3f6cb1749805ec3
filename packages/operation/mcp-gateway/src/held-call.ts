import { LlmError, type JsonObject } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { Progress } from '@modelcontextprotocol/client';
import type { ServerNotice } from '@majordomo/mcp/internal';

/** Round of a call: one request of the client, which receives the notifications of the call while it is open. */
export interface Round {
  /** Identity of the client. */
  readonly client: object;
  /** Signal that aborts when the client cancels or disconnects. */
  readonly signal: AbortSignal;
  notify(notice: ServerNotice): void;
  progress(progress: Progress): void;
}

interface Question {
  readonly request: JsonObject;
  resolve(reply: unknown): void;
}

/** Questions that a server asked during a call, by key. */
export type Questions = Readonly<Record<string, JsonObject>>;

/**
 * Call that a server answers. A server of protocol 2025 asks the client while the call runs, and a client of protocol 2026 answers with
 * another request. The call therefore continues between the rounds of the client.
 */
export class HeldCall {
  /** Server, method and parameters. Only a round with the same ones continues the call. */
  readonly subject: string;
  private readonly ending = new AbortController();
  private readonly questions = new Map<string, Question>();
  private readonly outcome: Promise<JsonObject>;
  private round: Round;
  /** Wakes the round that waits for a question. */
  private asked: () => void = () => undefined;
  private count = 0;

  constructor(
    subject: string,
    first: Round,
    work: (call: HeldCall, signal: AbortSignal) => Promise<JsonObject>,
  ) {
    this.subject = subject;
    this.round = first;
    this.outcome = work(this, this.ending.signal);
    // The call may fail between two rounds, while no round waits for it.
    this.outcome.catch(() => undefined);
  }

  /** Identity of the client. Requests of one session have the same. */
  get client(): object {
    return this.round.client;
  }

  /** Resolves when the call has ended. Never rejects. */
  get ended(): Promise<unknown> {
    return this.outcome.catch(() => undefined);
  }

  /** Waits for the result, or for questions to the client. Aborts the call if the round aborts. */
  async next(round: Round): Promise<{ readonly result: JsonObject } | { readonly questions: Questions }> {
    this.round = round;
    const onAbort = (): void => {
      this.abort(round.signal.reason);
    };
    round.signal.addEventListener('abort', onAbort, { once: true });
    if (round.signal.aborted) onAbort();
    try {
      const asked = new Promise<void>((resolve) => {
        this.asked = resolve;
      });
      // The server may have asked between two rounds, or a question has no reply.
      if (this.questions.size > 0) this.asked();
      const ended = this.outcome.then((result) => ({ result }));
      const either = Promise.race([ended, asked.then(() => undefined)]);
      const first = await abortable(either, round.signal).catch((error: unknown) => {
        throw round.signal.aborted ? cancelled(error) : error;
      });
      if (first !== undefined) return first;
      const open = [...this.questions].map(([key, { request }]) => [key, request] as const);
      return { questions: Object.fromEntries(open) };
    } finally {
      round.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Gives the replies of the client to the server. A question without a reply is asked again. */
  answer(replies: Readonly<Record<string, unknown>>): void {
    for (const [key, question] of this.questions) {
      if (replies[key] === undefined) continue;
      this.questions.delete(key);
      question.resolve(replies[key]);
    }
  }

  abort(reason: unknown): void {
    this.ending.abort(reason);
  }

  /** Returns the reply of the client to a request of the server. */
  async ask(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const key = `q${++this.count}`;
    const reply = new Promise((resolve) => {
      this.questions.set(key, {
        request: { method, ...(params !== undefined && { params }) } as JsonObject,
        resolve,
      });
    });
    this.asked();
    try {
      return await abortable(reply, AbortSignal.any([signal, this.ending.signal]));
    } finally {
      this.questions.delete(key);
    }
  }

  /** Sends a notification that belongs to the request to the client. */
  notify(notice: ServerNotice): void {
    this.round.notify(notice);
  }

  /** Sends progress of the request to the client, if the client asked for it. */
  progress(progress: Progress): void {
    this.round.progress(progress);
  }
}

const cancelled = (cause: unknown): LlmError =>
  new LlmError('aborted', 'the client cancelled the call', {}, { cause });

/** Maximum number of calls of an owner that wait for a reply of the client. A further call aborts the oldest. */
const MAX_HELD = 100;

/** Calls that wait for replies of their clients, by a random id. */
export class HeldCalls {
  private readonly calls = new Map<string, HeldCall>();

  add(call: HeldCall): string {
    const id = crypto.randomUUID();
    this.calls.set(id, call);
    void call.ended.then(() => this.calls.delete(id));
    const [oldest] = this.calls;
    if (this.calls.size > MAX_HELD && oldest !== undefined) {
      this.calls.delete(oldest[0]);
      oldest[1].abort(new Error('further calls wait for replies of the client'));
    }
    return id;
  }

  /** Returns a waiting call once, if the subject is its subject. */
  take(id: string, subject: string): HeldCall | undefined {
    const call = this.calls.get(id);
    if (call?.subject !== subject) return undefined;
    this.calls.delete(id);
    return call;
  }

  abortAll(): void {
    for (const call of this.calls.values()) call.abort(new Error('the session has ended'));
    this.calls.clear();
  }
}
