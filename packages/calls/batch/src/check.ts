import { LlmError, toJson, type JsonObject } from '@majordomo/core';
import { atLeast, checkOptions, isRecord, toJsonSchema, type KindsOf } from '@majordomo/core/toolkit';
import type { BatchesOptions, JobRequest, LiveOptions } from './contract.ts';

const MAX_NAME = 200;

const BATCHES_KINDS: KindsOf<BatchesOptions> = {
  majordomo: 'object with prepare',
  records: 'object with write',
  ledger: 'object with settle',
  onEvent: 'function',
  folder: 'string',
  most: { requests: atLeast(1), bytes: atLeast(1) },
  catalog: 'object with find',
  clock: 'object with now',
};

/** Throws `config` for invalid options. */
export function checkBatchesOptions(options: BatchesOptions): void {
  checkOptions('createBatches', options, BATCHES_KINDS, ['majordomo']);
}

const JOB_KINDS: KindsOf<JobRequest> = {
  key: 'string',
  spec: 'string',
  // `checkJob` checks `items` and `deadline`, and the submission converts `output`.
  items: true,
  output: true,
  tenant: 'string',
  metadata: 'object',
  deadline: true,
  live: { when: ['late', 'failed', 'both'], leadMs: atLeast(0), concurrency: atLeast(1) },
};

/** Throws `config` for a job with an invalid property. Does not read the items. */
export function checkJob(job: JobRequest): void {
  checkOptions('submit', job, JOB_KINDS, ['key', 'spec', 'items']);
  checkName(job.key, 'key');
  const { items, deadline, live }: { items: unknown; deadline?: unknown; live?: LiveOptions | undefined } =
    job;
  const isIterable =
    typeof items === 'object' &&
    items !== null &&
    (Symbol.iterator in items || Symbol.asyncIterator in items);
  if (!isIterable) fail('items', 'must be an iterable of items');
  if (deadline !== undefined && !(deadline instanceof Date && Number.isFinite(deadline.getTime())))
    fail('deadline', 'must be a valid Date');
  if (live === undefined) return;
  if ((live.when as unknown) === undefined) fail('live.when', 'is missing; set it to late, failed or both');
  if (live.when !== 'failed' && deadline === undefined)
    fail('live.when', `is "${live.when}", which needs a deadline; set deadline, or use "failed"`);
}

/** Returns the id, the kind and the request of an item, as JSON. Throws `config` with the path of an invalid value. */
export function checkItem(
  item: unknown,
  index: number,
): { readonly id: string; readonly kind: 'request' | 'embedding'; readonly request: string } {
  const path = `items[${index}]`;
  if (!isRecord(item)) fail(path, 'must be an object with request or embedding');
  const { id = String(index), request, embedding } = item;
  checkName(id, `${path}.id`);
  if ((request === undefined) === (embedding === undefined))
    fail(path, 'must have exactly one of request and embedding');
  const kind = request === undefined ? 'embedding' : 'request';
  const [value, list] = kind === 'request' ? [request, 'messages'] : [embedding, 'values'];
  if (!isRecord(value)) fail(`${path}.${kind}`, 'must be an object');
  if (!Array.isArray(value[list])) fail(`${path}.${kind}.${list}`, 'must be an array');
  try {
    const stored = kind === 'request' ? withJsonSchemas(value, `${path}.request`) : { embedding };
    return { id, kind, request: JSON.stringify(toJson(stored)) };
  } catch (cause) {
    if (LlmError.is(cause)) fail(cause.details.path ?? path, `is invalid: ${cause.message}`, cause);
    return fail(`${path}.${kind}`, 'cannot be stored as JSON; remove bigints and cyclic references', cause);
  }
}

/** Replaces the tools' schemas with JSON schemas, because validators cannot be stored. */
function withJsonSchemas(request: Readonly<Record<string, unknown>>, path: string): object {
  const { tools } = request;
  if (!Array.isArray(tools)) return request;
  const converted = tools.map((tool: unknown, at) => {
    if (!isRecord(tool)) fail(`${path}.tools[${at}]`, 'must be an object');
    const parameters = toJsonSchema(tool['parameters'] as JsonObject, `${path}.tools[${at}].parameters`);
    return { ...tool, parameters };
  });
  return { ...request, tools: converted };
}

function checkName(value: unknown, path: string): asserts value is string {
  if (typeof value !== 'string') fail(path, `must be a string, but has type ${typeof value}`);
  if (value.length < 1 || value.length > MAX_NAME) fail(path, `must have 1 to ${MAX_NAME} characters`);
}

/** Throws a `config` error whose message begins with the path. */
export function fail(path: string, problem: string, cause?: unknown): never {
  throw new LlmError('config', `${path} ${problem}`, { path }, { cause });
}
