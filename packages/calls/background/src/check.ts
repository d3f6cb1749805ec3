import {
  LlmError,
  toJson,
  type CallOptions,
  type ChatRequest,
  type JsonObject,
  type VideoRequest,
} from '@majordomo/core';
import {
  atLeast,
  CALL_KINDS,
  checkOptions,
  toJsonSchema,
  validateRequest,
  validateVideo,
  type Kinds,
  type KindsOf,
} from '@majordomo/core/toolkit';
import type { BackgroundOptions } from './contract.ts';

const MAX_KEY = 200;
/** Maximum length of a stored request, in characters of its JSON. */
const MAX_CHARS = 33_554_432;

const BACKGROUND_KINDS: KindsOf<BackgroundOptions> = {
  majordomo: 'object with model',
  records: 'object with list',
  ledger: 'object with settle',
  live: 'boolean',
  keepMs: atLeast(1),
  catalog: 'object with find',
  onEvent: 'function',
  clock: 'object with now',
};

/** Throws `config` for invalid options. */
export function checkBackgroundOptions(options: BackgroundOptions): void {
  checkOptions('createBackground', options, BACKGROUND_KINDS, ['majordomo']);
}

const JOB_KINDS: Kinds = {
  ...CALL_KINDS,
  // `checkKey` checks the key, with another kind of error.
  key: true,
  // After a failure, a job begins the answer again, and its events contain `reset`.
  afterCommit: ['restart'],
};

/** Throws `config` for invalid options of a call, and `invalid-request` for an invalid key. */
export function checkCallOptions(options: CallOptions): void {
  checkOptions('options', options, JOB_KINDS);
  if (options.key !== undefined) checkKey(options.key);
}

/** Throws `invalid-request` for a value that is not a key. */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string') failKey(`must be a string, but has type ${typeof key}`);
  if (key.length < 1 || key.length > MAX_KEY) failKey(`must have 1 to ${MAX_KEY} characters`);
}

function failKey(problem: string): never {
  throw new LlmError('invalid-request', `key ${problem}`, { path: 'key' });
}

/** Returns a request as JSON. Throws `invalid-request` for a request that is not valid or too large. */
export function storedRequest(request: ChatRequest): JsonObject {
  validateRequest(request);
  const { tools } = request;
  // Validators cannot be stored.
  const converted = tools?.map((tool, at) => ({
    ...tool,
    parameters: toJsonSchema(tool.parameters, `tools[${at}].parameters`),
  }));
  return checkedSize(
    toJson(converted === undefined ? request : { ...request, tools: converted }) as JsonObject,
  );
}

/** Returns a request for a video as JSON. Throws `invalid-request` for a request that is not valid or too large. */
export function storedVideo(request: VideoRequest): JsonObject {
  validateVideo(request);
  return checkedSize(toJson(request) as JsonObject);
}

function checkedSize(stored: JsonObject): JsonObject {
  const { length } = JSON.stringify(stored);
  if (length <= MAX_CHARS) return stored;
  const why = `the request has ${length} characters as JSON, and a job stores at most ${MAX_CHARS}; send a smaller request, or a live call`;
  throw new LlmError('invalid-request', why, { code: 'too-large' });
}

/** Returns the options of a call that are stored with its job. Functions (`LocalOptions`) apply only in this process. */
export function storedOptions(options: CallOptions): JsonObject {
  const { policy, timeouts = {}, attempts, backoff, retryAfterCapMs, metadata } = options;
  const { hedgeAfterMs, leastCharsPerSecond, slowWindowMs, whenAllBenched } = options;
  // JSON has no `Infinity`. A time limit of 0 means the same, and so does the largest number for the other options.
  const limits = withoutInfinity(timeouts, 0);
  const chain = withoutInfinity({
    attempts,
    retryAfterCapMs,
    hedgeAfterMs,
    leastCharsPerSecond,
    slowWindowMs,
  });
  const others = { policy, backoff: backoff && withoutInfinity(backoff), whenAllBenched, metadata };
  try {
    // `toJson` leaves functions and bigints unchanged. `JSON.stringify` omits functions and throws for bigints.
    return JSON.parse(JSON.stringify(toJson({ timeouts: limits, ...chain, ...others }))) as JsonObject;
  } catch (cause) {
    const why = 'metadata cannot be stored as JSON; remove bigints and cyclic references';
    throw new LlmError('invalid-request', why, { path: 'metadata' }, { cause });
  }
}

const withoutInfinity = (numbers: object, replacement: number = Number.MAX_VALUE): object =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [
      name,
      value === Infinity ? replacement : (value as unknown),
    ]),
  );
