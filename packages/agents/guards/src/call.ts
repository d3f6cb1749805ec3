import type {
  AssistantPart,
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  LlmError,
  Part,
  ToolCallPart,
  ResultPart,
} from '@majordomo/core';
import { validateRequest } from '@majordomo/core/toolkit';
import { attemptsOf, deliveredAttempts, deliveredError } from './delivered-error.ts';
import { mapList } from './map-texts.ts';
import { Mask } from './mask.ts';
import { Restorer } from './restore.ts';
import { CheckRunner, isRefusal } from './run-checks.ts';
import { withTextBlobs } from './text-blobs.ts';
import type { GuardOptions, Subject } from './types.ts';

interface JudgedResult {
  readonly tenant: string;
  /** Name of the check that refused the tool result. `undefined` if all checks allowed the result. */
  readonly withheldBy?: string | undefined;
}

/** Options of a guarded model, and the state that all its calls share. */
export class Guard {
  readonly model: ChatModel;
  readonly options: GuardOptions;
  readonly mask: Mask | undefined;
  /** Tenant of the call in which a message passed the input checks, by message. */
  readonly passed: WeakMap<object, string> = new WeakMap();
  /** Last system text that passed the input checks, preceded by the tenant of its call. */
  passedSystem = '';
  readonly results: WeakMap<object, JudgedResult> = new WeakMap();

  constructor(model: ChatModel, options: GuardOptions) {
    this.model = model;
    this.options = options;
    this.mask = options.mask && new Mask(options.mask);
  }
}

/** Request and options for the model, and the restorer for its answer. */
export interface PreparedCall {
  readonly request: ChatRequest;
  readonly options: CallOptions;
  readonly restorer: Restorer;
}

/** One call of a guarded model. */
export class GuardedCall {
  readonly guard: Guard;
  readonly runner: CheckRunner;
  /** Whether the text of the answer is JSON. */
  readonly isJson: boolean;
  private request: ChatRequest;
  private readonly options: CallOptions;
  private readonly tenant: string;
  private readonly controller = new AbortController();
  private input: Promise<void> | undefined;

  constructor(guard: Guard, request: ChatRequest, options: CallOptions = {}) {
    this.guard = guard;
    this.request = request;
    this.options = options;
    this.isJson = request.output !== undefined;
    const { tenant, metadata = {}, signal } = options;
    this.tenant = tenant ?? '';
    const facts = { tenant, metadata, spec: guard.model.spec, request };
    this.runner = new CheckRunner(guard.options, facts, this.controller.signal);
    if (signal?.aborted === true) this.onAbort();
    signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Judges and masks the request. In `parallel` mode, resolves before the input checks have ended, so await `inputPassed`. */
  async prepare(): Promise<PreparedCall> {
    const { guard, options, runner } = this;
    // `output` may be the schema of a typed answer, which only the model validates.
    const { output: _, ...untyped } = this.request;
    validateRequest(untyped);
    this.request = await withTextBlobs(this.request);
    this.input = this.checkInput();
    // A check may refuse before `inputPassed` awaits this promise. Without a handler, that rejection would be unhandled.
    this.input.catch(() => undefined);
    const isParallel = guard.options.mode === 'parallel';
    const [request] = await Promise.all([this.withheld(), isParallel ? undefined : this.input]);
    const { mask } = guard;
    const masked = mask === undefined ? { request } : await mask.apply(request, runner);
    return {
      request: masked.request,
      options: { ...options, signal: this.controller.signal },
      restorer: new Restorer(masked, guard.options.mask?.restore, this.isJson),
    };
  }

  /** Resolves when all input checks have allowed the text. Rejects with the first refusal. */
  async inputPassed(): Promise<void> {
    await this.input;
  }

  /** Sends the request, and returns the response after the output checks have passed. */
  async complete<R extends ChatResponse>(send: (prepared: PreparedCall) => Promise<R>): Promise<R> {
    let answer: Promise<R> | undefined;
    try {
      const prepared = await this.prepare();
      answer = send(prepared);
      // The model may fail before the input checks end. A refusal takes precedence over that error.
      answer.catch(() => undefined);
      await this.inputPassed();
      const response = await answer;
      const parts = response.parts.map((part) => prepared.restorer.part(part));
      await Promise.all([
        this.judgeText(textOf(parts, 'text')),
        this.judgeText(textOf(parts, 'reasoning')),
        ...parts.map((part) => this.judgePart(part)),
      ]);
      return this.answered(response, prepared.restorer);
    } catch (error) {
      this.stop();
      // `undefined`: the caller has received no content.
      throw deliveredError(error, undefined, await attemptsOf(answer));
    } finally {
      this.release();
    }
  }

  /** Returns the response with values in place of placeholders, and with the warnings of this call. */
  answered<R extends ChatResponse>(response: R, restorer: Restorer): R {
    const parts = mapList(response.parts, (part) => restorer.part(part));
    return {
      ...response,
      message: parts === response.parts ? response.message : { ...response.message, parts },
      parts,
      toolCalls: parts.filter((part): part is ToolCallPart => part.type === 'tool-call'),
      text: textOf(parts, 'text'),
      attempts: deliveredAttempts(response.attempts),
      warnings: [...response.warnings, ...this.runner.warnings],
    };
  }

  /** Judges text or reasoning. For JSON, the checks also receive the text without escapes, because escapes may hide a phrase. */
  async judgeText(text: string): Promise<void> {
    const plain = this.isJson ? withoutEscapes(text) : text;
    await this.judge({ side: 'output', text: plain === text ? text : `${text}\n${plain}` });
  }

  /** Judges the arguments of a tool call, the citations of a text part, or the text of a vendor's part. */
  async judgePart(part: AssistantPart): Promise<void> {
    if (part.type === 'vendor-call') {
      const { args, name: tool } = part;
      await this.judge({ side: 'tool-call', text: JSON.stringify(args), tool, args });
    } else if (part.type === 'tool-call') {
      const { args, name: tool, invalid } = part;
      await this.judge({ side: 'tool-call', text: invalid?.raw ?? JSON.stringify(args), tool, args });
    } else if (part.type === 'vendor') await this.judge({ side: 'output', text: part.text ?? '' });
    else if (part.type === 'text') {
      const quotes = part.citations?.flatMap(({ title = '', quote = '' }) => [title, quote]);
      await this.judge({ side: 'output', text: joined(quotes ?? []) });
    }
  }

  /** Aborts the checks and the call of the model. */
  stop(reason?: LlmError): void {
    this.controller.abort(reason);
  }

  /** Stops listening to the signal of the caller. */
  release(): void {
    this.options.signal?.removeEventListener('abort', this.onAbort);
  }

  private readonly onAbort = (): void => {
    this.controller.abort(this.options.signal?.reason);
  };

  private async judge(subject: Subject): Promise<void> {
    await this.runner.run(this.guard.options.output, subject);
  }

  /** Judges all system and user text that has not yet passed the input checks, in one run of the checks. */
  private async checkInput(): Promise<void> {
    const { guard, tenant } = this;
    const { system = '', messages } = this.request;
    const fresh = messages.filter(
      (message) =>
        (message.role === 'user' || message.role === 'system') && guard.passed.get(message) !== tenant,
    );
    const systemKey = `${JSON.stringify(tenant)} ${system}`;
    const texts = fresh.flatMap(({ parts }) => parts.map(plainText));
    const text = joined([guard.passedSystem === systemKey ? '' : system, ...texts]);
    const isJudged = await this.runner.run(guard.options.input, { side: 'input', text });
    // A check was down, and `whenDown` is `allow`. The next call judges the text again.
    if (!isJudged) return;
    for (const message of fresh) guard.passed.set(message, tenant);
    guard.passedSystem = systemKey;
  }

  /** Returns the request, in which a note replaces each tool result that a check refuses. */
  private async withheld(): Promise<ChatRequest> {
    const { request } = this;
    if ((this.guard.options.toolResults ?? []).length === 0) return request;
    const results = request.messages
      .flatMap(({ parts }): readonly { readonly type: string }[] => parts)
      .filter((part): part is ResultPart => part.type === 'tool-result' || part.type === 'vendor-result');
    const notes = new Map<ResultPart, ResultPart>();
    await Promise.all(
      results.map(async (result) => {
        const check = await this.withheldBy(result);
        if (check !== undefined) notes.set(result, this.noteFor(result, check));
      }),
    );
    const messages = mapList(request.messages, (message) => {
      if (message.role !== 'tool') return message;
      return { ...message, parts: message.parts.map((part) => notes.get(part) ?? part) };
    });
    return notes.size === 0 ? request : { ...request, messages };
  }

  /** Returns the name of the check that refuses a tool result, if any. If a check is down, the next call runs it again. */
  private async withheldBy(result: ResultPart): Promise<string | undefined> {
    const { guard, tenant } = this;
    const known = guard.results.get(result);
    if (known?.tenant === tenant) return known.withheldBy;
    const { output } = result.type === 'vendor-result' ? result : {};
    const details = output === undefined ? [] : [JSON.stringify(output)];
    const text = joined([...result.content.map(plainText), ...details]);
    try {
      const subject: Subject = { side: 'tool-result', text, tool: result.name };
      if (await this.runner.run(guard.options.toolResults, subject)) guard.results.set(result, { tenant });
      return undefined;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const withheldBy = error.details.code;
      // A refusal with a cause means that the check is down.
      if (error.cause === undefined) guard.results.set(result, { tenant, withheldBy });
      return withheldBy;
    }
  }

  private noteFor(result: ResultPart, check: string): ResultPart {
    const why = `the check "${check}" refused the result of ${result.name}`;
    this.runner.warn({ action: 'dropped', what: 'tool-result', why });
    const text = `The result of this call was withheld by the check "${check}". Continue without it.`;
    const content = [{ type: 'text', text }] as const;
    return result.type === 'tool-result' ? { ...result, content } : { ...result, content, output: undefined };
  }
}

/** Returns the text of a part, or of a document that is a text. */
function plainText(part: Part): string {
  if (part.type === 'text') return part.text;
  if (part.type !== 'file') return '';
  const { mediaType, bytes, title = '', context = '' } = part;
  return joined([title, context, mediaType.startsWith('text/') ? new TextDecoder().decode(bytes) : '']);
}

const joined = (texts: readonly string[]): string => texts.filter((text) => text !== '').join('\n\n');

const textOf = (parts: readonly AssistantPart[], type: 'text' | 'reasoning'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('');

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** Returns JSON text in which characters replace their escapes. The JSON may be incomplete or invalid. */
const withoutEscapes = (json: string): string =>
  json.replace(/\\(?:u([\da-fA-F]{4})|(.))/g, (_escape, code: string | undefined, character: string) =>
    code === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
