import { checkValue, LlmError, type JsonObject, type ObjectSchema } from '@majordomo/core';
import { asRecord, isRecord, toJsonSchema } from '@majordomo/core/toolkit';
import type { McpQuestion } from '../options.ts';
import { withDefaults } from '../server-requests/elicitation.ts';
import type { AskAnswer, AskQuestion } from './options.ts';

/** State of a call between its rounds. A client stores it, and cannot change it because it is signed. */
export interface RoundsState {
  /** Value of `context.key`, which is equal in all rounds. */
  readonly key: string;
  /** Whether a person has approved the call. */
  isApproved: boolean;
  /** Replies of the user by key. */
  readonly replies: Record<string, unknown>;
  /** Keys of the questions that this round asks. Replies to other questions are ignored. */
  asked: readonly string[];
  /** Keys of questions that were asked once more, because the first reply did not match the schema. */
  readonly repeated: string[];
}

/** Returns the state of a new call. */
export const newRounds = (key: string): RoundsState => ({
  key,
  isApproved: false,
  replies: {},
  asked: [],
  repeated: [],
});

/** Key of the question whether a call may run. */
export const APPROVAL = 'approve';

const KEY = /^[\w.-]{1,64}$/;

/** Result of `Rounds.run` if the user must answer first. */
export const WAITING: unique symbol = Symbol('waiting');

/**
 * Questions of one call. Each round runs the call again from its beginning, and `ask` returns the answers of earlier rounds at
 * once. The n-th question has the key `q<n>` in all rounds, unless it states another key.
 */
export class Rounds {
  readonly state: RoundsState;
  /** Questions that the user must answer. */
  readonly questions: Map<string, McpQuestion> = new Map();
  /** Error of `ask` if the client cannot ask its user. */
  unsupported: LlmError | undefined;
  private readonly canAsk: boolean;
  /** Resolves when the call waits for an answer. */
  private readonly waiting: Promise<typeof WAITING>;
  private endRound: () => void = () => undefined;
  private count = 0;
  private readonly keys = new Set<string>();

  constructor(state: RoundsState, canAsk: boolean) {
    this.state = state;
    this.canAsk = canAsk;
    this.waiting = new Promise((resolve) => {
      this.endRound = () => {
        resolve(WAITING);
      };
    });
  }

  /** Runs a call. Returns `WAITING` and aborts the call if it asks a question that the user has not answered. */
  async run<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T | typeof WAITING> {
    const own = new AbortController();
    const running = work(AbortSignal.any([signal, own.signal]));
    const first = await Promise.race([running, this.waiting]);
    if (first !== WAITING) return first;
    // Nothing waits for the aborted call, so its rejection must be handled here.
    running.catch(() => undefined);
    own.abort(new LlmError('aborted', 'the call continues after the answer of the user'));
    return WAITING;
  }

  async ask<T extends object>(question: AskQuestion<T>): Promise<AskAnswer<T>> {
    const key = this.keyOf(question);
    if (!this.canAsk) {
      this.unsupported ??= new LlmError('unsupported', 'ask: the MCP client cannot ask its user');
      throw this.unsupported;
    }
    const form = formOf(question);
    const reply = this.state.replies[key];
    if (reply !== undefined) {
      const answer = await answerOf(question, form, reply);
      if (answer !== undefined) return answer;
      if (this.state.repeated.includes(key)) return { action: 'cancel' };
      this.state.repeated.push(key);
    }
    this.questions.set(key, form);
    // Questions that the tool asks at the same time are sent together.
    setTimeout(this.endRound);
    // The call does not continue in this round.
    return new Promise(() => undefined);
  }

  private keyOf({ key }: { readonly key?: unknown }): string {
    this.count += 1;
    const name = key ?? `q${this.count}`;
    if (typeof name !== 'string' || !KEY.test(name) || name === APPROVAL)
      throw invalid('key', `must be 1 to 64 letters, digits, "_", "-" and ".", and not "${APPROVAL}"`);
    if (this.keys.has(name)) throw invalid('key', `must be unique, but a call has two questions "${name}"`);
    this.keys.add(name);
    return name;
  }
}

/** Returns the answer, or `undefined` if the reply does not match the schema. */
async function answerOf<T extends object>(
  question: AskQuestion<T>,
  form: McpQuestion,
  reply: unknown,
): Promise<AskAnswer<T> | undefined> {
  const { action, content } = asRecord(reply);
  if (action === 'decline') return { action };
  if (action !== 'accept') return { action: 'cancel' };
  if (form.mode === 'url' || !('schema' in question)) return { action, content: {} as T };
  const filled = content === undefined || isRecord(content) ? withDefaults(form.schema, content) : content;
  const checked = await checkValue(question.schema as ObjectSchema<T>, filled);
  return 'issues' in checked ? undefined : { action, content: checked.value };
}

/** Returns the question in the protocol's form. Throws `config` for a question that a form cannot show. */
function formOf(question: AskQuestion<object>): McpQuestion {
  if (typeof (question.message as unknown) !== 'string' || question.message === '')
    throw invalid('message', 'must be a non-empty string');
  if ('url' in question) return { mode: 'url', message: question.message, url: question.url };
  const { properties, required } = toJsonSchema(question.schema, 'ask: schema');
  for (const [name, property] of Object.entries(asRecord(properties)))
    if (!isField(asRecord(property)))
      throw invalid(
        `schema.properties.${name}`,
        'must be a string, a number, a boolean or a list of options, because a form shows only these',
      );
  const schema: JsonObject = {
    type: 'object',
    properties: asRecord(properties) as JsonObject,
    ...(Array.isArray(required) && { required }),
  };
  return { mode: 'form', message: question.message, schema };
}

const FIELDS: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean']);

const isField = ({ type, items }: Readonly<Record<string, unknown>>): boolean => {
  const { enum: options, anyOf } = asRecord(items);
  return FIELDS.has(type) || (type === 'array' && (Array.isArray(options) || Array.isArray(anyOf)));
};

const invalid = (path: string, why: string): LlmError =>
  new LlmError('config', `ask: ${path} ${why}`, { path });
