import { LlmError, withDetails, type ErrorIssue } from '../contract/llm-error.ts';
import type { CallOptions } from '../contract/call.ts';
import type { JsonObject } from '../contract/json.ts';
import type { JsonSchemaRequest, ObjectResponse, TypedRequest } from '../contract/majordomo.ts';
import { cutText } from '../bytes/cut-text.ts';
import { user } from '../contract/message.ts';
import type { ChatRequest } from '../contract/request.ts';
import type { ChatResponse, Warning } from '../contract/response.ts';
import type { PartialResponse } from '../contract/llm-error.ts';
import type { ObjectSchema } from '../contract/schema.ts';
import { sumUsage } from '../stream/sum-usage.ts';
import { describeIssues, type Checked } from './check-value.ts';
import { readObject } from './read-object.ts';
import { TimeLeft } from './time-left.ts';
import type { PickPlaces, TypedLimits } from './typed-calls.ts';
import { objectRoot, type OutputRoot } from './root.ts';
import { toJsonSchema } from './to-json-schema.ts';

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

  private async judge(response: ChatResponse): Promise<Checked<T>> {
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

/** What no second round would mend. */
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
  const body = text.length > MOST_BODY ? `${cutText(text, MOST_BODY)}…` : text;
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
