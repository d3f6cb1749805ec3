import {
  LlmError,
  type AssistantPart,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type ErrorDetails,
  type JsonObject,
  type Message,
  type ObjectResponse,
  type ObjectSchema,
  type ToolCallPart,
  type ToolResultPart,
  type Warning,
} from '@majordomo/core';
import { validateRequest } from '@majordomo/core/toolkit';
import { deliveredAttempts, deliveredError } from './delivered-error.ts';
import { mapList } from './map-strings.ts';
import { Mask } from './mask.ts';
import { Restorer } from './restore.ts';
import { CheckRunner } from './run-checks.ts';
import type { Check, GuardOptions, Subject } from './types.ts';

/** Result of judging an object for one tenant. `withheldBy`: name of the check that refused the object. */
interface Judged {
  readonly tenant: string | undefined;
  readonly withheldBy?: string | undefined;
}

/** Guarded model: its options and the state that its calls share. */
export class Guard {
  readonly model: ChatModel;
  readonly options: GuardOptions;
  readonly mask: Mask | undefined;
  readonly passed: WeakMap<Message, Judged> = new WeakMap();
  passedSystem: (Judged & { readonly text: string }) | undefined;
  readonly results: WeakMap<ToolResultPart, Judged> = new WeakMap();

  constructor(model: ChatModel, options: GuardOptions) {
    this.model = model;
    this.options = options;
    this.mask = options.mask && new Mask(options.mask);
  }
}

/** Request that the model receives, and the restorer of its answer. */
export interface PreparedCall {
  readonly request: ChatRequest;
  readonly options: CallOptions;
  readonly restorer: Restorer;
}

/** One call of a guarded model. */
export class GuardedCall {
  readonly warnings: Warning[] = [];
  readonly runner: CheckRunner;
  readonly guard: Guard;
  private readonly request: ChatRequest;
  private readonly options: CallOptions | undefined;
  private readonly controller = new AbortController();
  private input: Promise<void> | undefined;

  constructor(guard: Guard, request: ChatRequest, options: CallOptions | undefined) {
    this.guard = guard;
    this.request = request;
    this.options = options;
    const { tenant, metadata = {}, signal } = options ?? {};
    const facts = { tenant, metadata, spec: guard.model.spec, request };
    this.runner = new CheckRunner(guard.options, facts, this.controller.signal);
    if (signal?.aborted === true) this.onAbort();
    signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Judges and masks the request. In the mode `parallel`, the input checks still run afterwards: await `inputPassed`. */
  async prepare(): Promise<PreparedCall> {
    const { request, guard } = this;
    const { output, ...untyped } = request;
    validateRequest(untyped);
    const { mode, mask } = guard.options;
    this.input = this.checkInput();
    // A refusal may precede the first `await` of this promise.
    this.input.catch(() => undefined);
    const [checked] = await Promise.all([this.withheld(), mode === 'parallel' ? undefined : this.input]);
    const masked = await guard.mask?.apply(checked, this.runner);
    if (masked?.warning !== undefined) this.warn(masked.warning);
    return {
      request: masked?.request ?? checked,
      options: { ...this.options, signal: this.controller.signal },
      restorer: new Restorer(masked?.values ?? new Map(), mask?.restore, output !== undefined),
    };
  }

  /** Resolves when all input checks have passed. Rejects with the refusal. */
  async inputPassed(): Promise<void> {
    await this.input;
  }

  /** Returns the response of a chat. */
  chat(): Promise<ChatResponse> {
    const { model } = this.guard;
    return this.complete(({ request, options }) => model.generate(request, options));
  }

  /** Returns a typed response. Values are restored before the schema validates them. */
  object<T>(output: ObjectSchema<T> | JsonObject): Promise<ObjectResponse<T>> {
    let decoded: unknown;
    const onValue = (value: unknown): void => {
      decoded = value;
    };
    return this.complete(
      ({ request, options, restorer }) =>
        this.guard.model.generateObject<T>(
          { ...request, output: restorer.schema<T>(output, onValue) },
          options,
        ),
      () => decoded,
    );
  }

  /** Sends the request, and returns the response after the output checks have passed. */
  private async complete<R extends ChatResponse>(
    send: (prepared: PreparedCall) => Promise<R>,
    decoded: () => unknown = () => undefined,
  ): Promise<R> {
    let answer: Promise<R> | undefined;
    try {
      const prepared = await this.prepare();
      answer = send(prepared);
      // A refusal of the input takes precedence over an error of the model.
      answer.catch(() => undefined);
      await this.inputPassed();
      const response = await answer;
      const parts = response.parts.map((part) => prepared.restorer.part(part));
      await this.judgeAll(parts, decoded());
      return this.answered(response, prepared.restorer);
    } catch (error) {
      this.stop();
      throw deliveredError(error, undefined, await attemptsOf(answer));
    } finally {
      this.release();
    }
  }

  /** Returns the response with values in place of placeholders, and with the warnings of this call. */
  answered<R extends ChatResponse>(response: R, restorer: Restorer): R {
    const parts = mapList(response.parts, (part) => restorer.part(part));
    const common = {
      ...response,
      attempts: deliveredAttempts(response.attempts),
      warnings: [...response.warnings, ...this.warnings],
    };
    if (parts === response.parts) return common;
    const toolCalls = parts.filter((part): part is ToolCallPart => part.type === 'tool-call');
    return {
      ...common,
      message: { ...response.message, parts },
      parts,
      toolCalls,
      text: textOf(parts, 'text'),
    };
  }

  /** Runs output checks. Rejects with the refusal. */
  async judge(subject: Subject): Promise<void> {
    if (subject.text !== '') await this.run(this.guard.options.output, subject);
  }

  /** Aborts the checks and the call of the model. */
  stop(reason?: LlmError): void {
    this.controller.abort(reason);
  }

  release(): void {
    this.options?.signal?.removeEventListener('abort', this.onAbort);
  }

  private readonly onAbort = (): void => {
    this.controller.abort(this.options?.signal?.reason);
  };

  private async judgeAll(parts: readonly AssistantPart[], decoded: unknown): Promise<void> {
    // Escapes in JSON may hide a phrase from a check. The decoded value shows the phrase.
    const value = decoded === undefined ? '' : `\n${JSON.stringify(decoded)}`;
    await Promise.all([
      this.judge({ side: 'output', text: textOf(parts, 'text') + value }),
      this.judge({ side: 'output', text: textOf(parts, 'reasoning') }),
      ...parts.map((part) => this.judgePart(part)),
    ]);
  }

  /** Judges a tool call, the citations of a text, or the description of a vendor's part. */
  async judgePart(part: AssistantPart): Promise<void> {
    if (part.type === 'tool-call') {
      const { args, name: tool, invalid } = part;
      await this.judge({ side: 'tool-call', text: invalid?.raw ?? JSON.stringify(args), tool, args });
    } else if (part.type === 'vendor') await this.judge({ side: 'output', text: part.text ?? '' });
    else if (part.type === 'text') {
      const quotes = part.citations?.flatMap(({ title = '', quote = '' }) => [title, quote]) ?? [];
      await this.judge({ side: 'output', text: quotes.filter((text) => text !== '').join('\n\n') });
    }
  }

  /** Judges system and user text that has not passed yet, in one run. */
  private async checkInput(): Promise<void> {
    const { guard, request, options } = this;
    const { passed, passedSystem } = guard;
    const tenant = options?.tenant;
    const fresh = request.messages.filter(
      (message) =>
        (message.role === 'user' || message.role === 'system') &&
        !(passed.has(message) && passed.get(message)?.tenant === tenant),
    );
    const { system = '' } = request;
    const isNewSystem = passedSystem?.text !== system || passedSystem.tenant !== tenant;
    const texts = [isNewSystem ? system : '', ...fresh.flatMap(({ parts }) => parts.map(plainText))];
    const text = texts.filter((each) => each !== '').join('\n\n');
    if (text !== '' && !(await this.run(guard.options.input, { side: 'input', text }))) return;
    for (const message of fresh) passed.set(message, { tenant });
    guard.passedSystem = { text: system, tenant };
  }

  /** Returns the request with notes in place of tool results that a check refuses. */
  private async withheld(): Promise<ChatRequest> {
    const { request, guard } = this;
    const checks = guard.options.toolResults ?? [];
    if (checks.length === 0) return request;
    const results = request.messages.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === 'tool-result' ? [part] : [])),
    );
    const refused = new Map<object, string>();
    await Promise.all(
      results.map(async (result) => {
        const check = await this.withheldBy(result, checks);
        if (check !== undefined) refused.set(result, check);
      }),
    );
    if (refused.size === 0) return request;
    const messages = request.messages.map((message): Message => {
      if (message.role !== 'tool') return message;
      return { ...message, parts: message.parts.map((part) => this.withNote(part, refused.get(part))) };
    });
    return { ...request, messages };
  }

  /** Returns the name of the check that refuses a tool result. The result is judged again if a check was down. */
  private async withheldBy(result: ToolResultPart, checks: readonly Check[]): Promise<string | undefined> {
    const { results } = this.guard;
    const tenant = this.options?.tenant;
    const known = results.get(result);
    if (known !== undefined && known.tenant === tenant) return known.withheldBy;
    const text = result.content.map(plainText).join('\n\n').trim();
    const subject: Subject = { side: 'tool-result', text, tool: result.name };
    const { refusal, warnings } = await this.runner.run(text === '' ? [] : checks, subject);
    for (const warning of warnings) this.warn(warning);
    const withheldBy = refusal?.check;
    if (warnings.length === 0 && refusal?.isDown !== true) results.set(result, { tenant, withheldBy });
    return withheldBy;
  }

  private withNote(part: ToolResultPart, check: string | undefined): ToolResultPart {
    if (check === undefined) return part;
    const why = `the check "${check}" refused the result of ${part.name}`;
    this.warn({ action: 'dropped', what: 'tool-result', why });
    const text = `The result of this call was withheld by the check "${check}". Continue without it.`;
    return { ...part, content: [{ type: 'text', text }] };
  }

  /** Runs checks. Returns whether all of them judged the text. Rejects with the refusal. */
  private async run(checks: readonly Check[] = [], subject: Subject): Promise<boolean> {
    const { refusal, warnings } = await this.runner.run(checks, subject);
    for (const warning of warnings) this.warn(warning);
    if (refusal !== undefined) throw refusal.error;
    return warnings.length === 0;
  }

  /** Adds a warning, unless an equal one exists, because a check that is down fails at every run. */
  private warn(warning: Warning): void {
    const isSame = ({ what, why }: Warning): boolean => what === warning.what && why === warning.why;
    if (!this.warnings.some(isSame)) this.warnings.push(warning);
  }
}

const plainText = (part: { readonly type: string; readonly text?: string | undefined }): string =>
  part.type === 'text' ? (part.text ?? '') : '';

const textOf = (parts: readonly AssistantPart[], type: 'text' | 'reasoning'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('');

/** Returns the paid attempts of a call that was refused. */
export async function attemptsOf(answer: Promise<ChatResponse> | undefined): Promise<Partial<ErrorDetails>> {
  try {
    const { attempts = [], target } = (await answer) ?? {};
    return answer === undefined ? {} : { attempts: deliveredAttempts(attempts), target };
  } catch (error) {
    return LlmError.is(error) ? { attempts: deliveredAttempts(error.details.attempts) } : {};
  }
}
