import type { CallSite } from '../errors/call-site.ts';
import { sumUsage } from '../stream/usage.ts';
import type { CallOptions, Clock } from '../types/call-options.ts';
import { type ErrorIssue, LlmError, type PartialResponse, withDetails } from '../types/llm-error.ts';
import type { ChatStream, JsonSchemaRequest, ObjectResponse, TypedRequest } from '../types/majordomo.ts';
import { user } from '../types/messages.ts';
import type { ChatRequest } from '../types/request.ts';
import type { ChatResponse, Warning } from '../types/response.ts';
import type { JsonObject, ObjectSchema } from '../types/schema.ts';
import { abortable } from '../util/async.ts';
import { truncateText } from '../util/bytes.ts';
import {
  type CheckResult,
  describeIssues,
  objectRoot,
  type OutputRoot,
  readObject,
  toJsonSchema,
} from './to-json-schema.ts';

/** Characters of a refused answer that its error keeps in `body`; `partial` has all of it. */
const MOST_BODY = 2000;

/**
 * The rounds of one typed call: what to ask next, and what an answer comes to. An answer that is no JSON or does not
 * fit goes back to its target with what is wrong with it, `repairs` times; then the next target of the chain is asked
 * what the first one was. An answer that was cut or refused ends the call.
 */
export class ObjectRounds<T> {
  /** What to send in this round. */
  request: ChatRequest;
  readonly root: OutputRoot;
  private readonly output: ObjectSchema<T> | JsonObject;
  private readonly first: ChatRequest;
  private readonly most: number;
  private readonly advances: boolean;
  private repairs: number;
  /** The chain as it was resolved for this round. */
  private places: readonly string[] = [];
  /** Where in it the round begins. */
  private start: string | undefined;
  private readonly time: TimeLeft;
  private readonly earlier: ChatResponse[] = [];
  private readonly repaired: Warning[] = [];

  constructor(
    request: TypedRequest<T> | JsonSchemaRequest,
    options: CallOptions | undefined,
    { advances, totalMs, clock }: TypedLimits,
  ) {
    this.output = request.output;
    this.root = objectRoot(toJsonSchema(request.output, 'output'));
    this.first = { ...request, output: this.root.schema };
    this.request = this.first;
    this.most = options?.repairs ?? 1;
    this.repairs = this.most;
    this.advances = advances;
    this.time = new TimeLeft(options, totalMs, clock);
  }

  /** What to send it with: the rounds share the time of the call. */
  options(): CallOptions | undefined {
    return this.time.options();
  }

  /** Nobody wants the answer any more: what is done between two rounds ends as well. */
  leave(why: string): void {
    this.time.stop(new LlmError('aborted', why, { code: 'abandoned' }));
  }

  /** The call is over. */
  close(): void {
    this.time.close();
  }

  /** A round begins where the one before has answered, or behind that. */
  readonly pick: PickPlaces = (places) => {
    this.places = places.map(({ key }) => key);
    const at = places.findIndex(({ key }) => key === this.start);
    return at > 0 ? places.slice(at) : places;
  };

  /** The whole answer; `undefined` when `request` now asks for a better one. Throws what it cannot be. */
  async take(response: ChatResponse): Promise<ObjectResponse<T> | undefined> {
    const unfinished = refused(response);
    if (unfinished !== undefined) throw unfinished;
    const checked = await this.judge(response);
    if ('value' in checked) return { ...this.together(response), value: checked.value };
    const next = this.places[this.places.indexOf(response.target) + 1];
    const problems = describeIssues(checked.issues);
    if (this.repairs > 0) this.askAgain(response, problems);
    else if (this.advances && next !== undefined) this.advance(response, next, problems);
    else throw misfit(response, checked.issues);
    return undefined;
  }

  /** The error with what the rounds before it have cost. */
  failed(error: unknown): unknown {
    if (!LlmError.is(error)) return error;
    const attempts = [...this.earlier.flatMap((response) => response.attempts), ...error.details.attempts];
    const last = this.earlier.at(-1);
    const partial = error.details.partial ?? (last === undefined ? undefined : partialOf(last));
    return this.time.asOfCall(withDetails(error, { attempts, partial }));
  }

  private async judge(response: ChatResponse): Promise<CheckResult<T>> {
    try {
      return await this.time.race(readObject<T>(response.text, this.output));
    } catch (error) {
      const details = { attempts: response.attempts, partial: partialOf(response) };
      throw LlmError.is(error) ? withDetails(error, details) : error;
    }
  }

  private askAgain(response: ChatResponse, problems: string): void {
    this.repairs--;
    this.start = response.target;
    this.note(response, `${response.target} answered again: ${problems}`);
    const complaint = `Your answer cannot be used: ${problems}. Give the whole answer again, corrected, as JSON only.`;
    this.request = {
      ...this.request,
      messages: [...this.request.messages, response.message, user(complaint)],
    };
  }

  private advance(response: ChatResponse, next: string, problems: string): void {
    this.repairs = this.most;
    this.start = next;
    this.note(response, `${response.target} gave nothing that fits: ${problems}`);
    this.request = this.first;
  }

  private note(response: ChatResponse, why: string): void {
    this.earlier.push(response);
    this.repaired.push({ action: 'repaired', what: 'output', why });
  }

  /** Costs of all rounds; of the warnings those of the target that answered. */
  private together(response: ChatResponse): ChatResponse {
    if (this.earlier.length === 0) return response;
    const rounds = [...this.earlier, response];
    return {
      ...response,
      usage: sumUsage(...rounds.map(({ usage }) => usage)),
      attempts: rounds.flatMap(({ attempts }) => attempts),
      warnings: distinct([
        ...rounds.flatMap(({ target, warnings }) => (target === response.target ? warnings : [])),
        ...this.repaired,
      ]),
    };
  }
}

/** What no second round would fix. */
function refused(response: ChatResponse): LlmError | undefined {
  const { target, finish, toolCalls, attempts } = response;
  const details = { target, attempts, partial: partialOf(response) };
  switch (finish) {
    case 'length':
    case 'incomplete':
      return new LlmError('truncated', `${target} was cut before its answer was whole (${finish})`, details);
    case 'content-filter':
    case 'refusal':
      return new LlmError('content-filter', `${target} refused to answer (${finish})`, {
        ...details,
        code: finish,
      });
    default:
      break;
  }
  if (toolCalls.length === 0) return undefined;
  const names = toolCalls.map(({ name }) => name).join(', ');
  return new LlmError('invalid-output', `${target} called tools instead of answering: ${names}`, details);
}

function misfit(response: ChatResponse, issues: readonly ErrorIssue[]): LlmError {
  const { target, text, attempts } = response;
  const body = text.length > MOST_BODY ? `${truncateText(text, MOST_BODY)}…` : text;
  const message = `${target} gave an answer that does not fit the schema: ${describeIssues(issues)}`;
  return new LlmError('invalid-output', message, {
    target,
    attempts,
    partial: partialOf(response),
    issues,
    body,
  });
}

const partialOf = ({ id, target, parts, text, usage }: ChatResponse): PartialResponse => ({
  id,
  target,
  parts,
  text,
  usage,
});

const distinct = (warnings: readonly Warning[]): readonly Warning[] => [
  ...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values(),
];

/**
 * The time that all rounds of a typed call have together: each round gets what is left of `totalMs`, and what is done
 * between two of them ends with it, or with the caller's abort. It is to be closed.
 */
class TimeLeft {
  readonly close: () => void;
  private readonly given: CallOptions | undefined;
  private readonly totalMs: number;
  private readonly clock: Clock;
  private readonly deadline: number;
  private readonly controller = new AbortController();

  constructor(options: CallOptions | undefined, totalMs: number, clock: Clock) {
    this.given = options;
    this.totalMs = totalMs;
    this.clock = clock;
    this.deadline = clock.now() + totalMs;
    const signal = options?.signal;
    const onAbort = (): void => {
      const cause: unknown = signal?.reason;
      this.controller.abort(new LlmError('aborted', 'the call was aborted', {}, { cause }));
    };
    const onTime = (): void => {
      this.controller.abort(this.late());
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const cancel = totalMs > 0 ? clock.timer(totalMs, onTime) : undefined;
    this.close = () => {
      cancel?.();
      signal?.removeEventListener('abort', onAbort);
    };
  }

  /** The options of the next round. Throws when there is no time for one. */
  options(): CallOptions | undefined {
    if (this.totalMs === 0) return this.given;
    const leftMs = this.deadline - this.clock.now();
    if (leftMs <= 0) throw this.late();
    return { ...this.given, timeouts: { ...this.given?.timeouts, totalMs: leftMs } };
  }

  /** Work of others, such as a schema's check, for as long as there is time. */
  race<T>(work: Promise<T>): Promise<T> {
    return abortable(work, this.controller.signal);
  }

  /** Ends what is done between two rounds. */
  stop(error: LlmError): void {
    this.controller.abort(error);
  }

  /** A round knows the time that it got; the error says that of the call. */
  asOfCall(error: LlmError): LlmError {
    const isTotal = error.kind === 'timeout' && error.details.phase === 'total';
    return isTotal ? withMessage(error, this.late().message) : error;
  }

  private late(): LlmError {
    return new LlmError('timeout', `the call did not finish within ${this.totalMs} ms`, { phase: 'total' });
  }
}

function withMessage(error: LlmError, message: string): LlmError {
  const { kind, details, cause, stack } = error;
  const copy = new LlmError(kind, message, details, { cause });
  if (stack !== undefined) copy.stack = stack.replace(error.message, () => message);
  return copy;
}

/** Which of a chain's places are asked. */
type PickPlaces = <P extends { readonly key: string }>(places: readonly P[]) => readonly P[];

/** What the rounds of a typed call are made of. */
export interface TypedCalls {
  generate(request: ChatRequest, options: CallOptions | undefined, pick: PickPlaces): Promise<ChatResponse>;
  stream(request: ChatRequest, options: CallOptions | undefined, pick: PickPlaces): ChatStream;
  /** Where the app made the typed call, for errors of a stream. */
  readonly site?: CallSite | undefined;
  limits(options: CallOptions | undefined): TypedLimits;
}

/** What holds for all rounds of a typed call together. */
interface TypedLimits {
  /** Does the chain continue after a target whose answers do not fit? */
  readonly advances: boolean;
  /** Of the whole call; 0: off. */
  readonly totalMs: number;
  readonly clock: Clock;
}
