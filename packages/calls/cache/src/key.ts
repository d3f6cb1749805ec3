import type { CallOptions, ChatRequest, JsonSchemaRequest, TypedRequest } from '@majordomo/core';
import { canonicalJson, sha256, toJsonSchema } from '@majordomo/core/toolkit';
import type { CacheOptions } from './options.ts';

/** Version of the keys, which changes when the meaning of a request or the stored format changes. */
const CONTRACT = 1;

/** Members of a call on which its response depends. */
interface KeyInput {
  /** Kind of the response: an answer, or an object. */
  readonly kind: 'answer' | 'object';
  readonly spec: string;
  readonly request: ChatRequest | TypedRequest<unknown> | JsonSchemaRequest;
  readonly tenant: string | undefined;
}

/**
 * Returns the key of a response: its namespace, and a hash of everything that may change the response. A `namespace` function
 * receives the tenant and decides which tenants share responses, so the hash then omits the tenant. Throws an error if the
 * function returns no namespace, and for a request that has no JSON form, such as a request that contains an instance of a class.
 */
export async function keyOf(
  { kind, spec, request, tenant }: KeyInput,
  namespace: CacheOptions['namespace'],
): Promise<string> {
  const whose =
    typeof namespace === 'string' ? { namespace, tenant } : { namespace: checkNamespace(namespace(tenant)) };
  const identity = { contract: CONTRACT, kind, spec, request: withPlainSchemas(request), whose };
  const text = canonical(identity, await hashesOf(identity));
  return `${whose.namespace}/${await sha256(new TextEncoder().encode(text))}`;
}

/** Throws an error for a namespace that is empty or a promise. */
function checkNamespace(namespace: unknown): string {
  if (typeof namespace === 'string' && namespace !== '') return namespace;
  throw new TypeError('`namespace` must return a non-empty string for each tenant');
}

/**
 * Returns the options that must be equal for calls to share a request. Signal, listeners and metadata belong to one call: the
 * request has those of the call that sends it.
 */
export function termsOf({
  signal: _own,
  onEvent: _onEvent,
  waitUntil: _waitUntil,
  metadata: _metadata,
  classify,
  order,
  onRawResponse,
  ...terms
}: CallOptions): string {
  return canonical({ ...terms, functions: [classify, order, onRawResponse].map(identity) });
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** Returns a number that identifies a function. */
function identity(work: object | undefined): number | undefined {
  if (work === undefined) return undefined;
  const number = identities.get(work) ?? ++lastIdentity;
  identities.set(work, number);
  return number;
}

function withPlainSchemas({ tools, output, ...rest }: KeyInput['request']): object {
  return {
    ...rest,
    tools: tools?.map(({ parameters, ...tool }, at) => ({
      ...tool,
      parameters: toJsonSchema(parameters, `tools[${at}].parameters`),
    })),
    output: output === undefined || output === 'json' ? output : toJsonSchema(output, 'output'),
  };
}

type Hashes = ReadonlyMap<Uint8Array, string>;

/** Returns the hashes of all byte arrays in a value, because encoding them as base64 would take a hundred times as long. */
async function hashesOf(value: unknown): Promise<Hashes> {
  const found = new Set<Uint8Array>();
  const look = (inner: unknown): void => {
    if (inner instanceof Uint8Array) found.add(inner);
    else if (typeof inner === 'object' && inner !== null) Object.values(inner).forEach(look);
  };
  look(value);
  return new Map(
    await Promise.all([...found].map(async (bytes) => [bytes, await sha256(new Uint8Array(bytes))] as const)),
  );
}

const canonical = (value: unknown, hashes: Hashes = new Map()): string =>
  canonicalJson(value, (bytes) => hashes.get(bytes) ?? '');
