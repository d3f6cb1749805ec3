import type { ChatRequest, JsonSchemaRequest, TypedRequest } from '@majordomo/core';
import { toJsonSchema } from '@majordomo/core/toolkit';
import { digest } from '../util/json.ts';
import type { RecordedCall } from './recordings.ts';

/** Request for a typed object. */
export type ObjectRequest<T> = TypedRequest<T> | JsonSchemaRequest;

/** Members of a recorded call by which a replay finds the call. */
export type CallKey = Pick<RecordedCall, 'by' | 'type' | 'digest' | 'parts'>;

const SHORT = 8;

/** Returns a digest of everything that a response depends on, and a short digest of each part. */
export function requestKey(
  kind: 'chat' | 'object',
  { system, tools = [], messages, output, ...settings }: ChatRequest | ObjectRequest<unknown>,
  targets: readonly string[],
  version: string,
): Pick<CallKey, 'digest' | 'parts'> {
  const schema = output === undefined || output === 'json' ? output : toJsonSchema(output, 'output');
  const parts = {
    targets,
    system,
    tools: tools.map(({ parameters, ...tool }, at) => ({
      ...tool,
      parameters: toJsonSchema(parameters, `tools[${at}].parameters`),
    })),
    settings: { kind, ...settings, output: schema },
    version,
    ...Object.fromEntries(messages.map((message, at) => [`messages[${at}]`, message])),
  };
  const digests = Object.entries(parts).map(([part, value]) => [part, digest(value)] as const);
  return {
    digest: digest(digests),
    parts: Object.fromEntries(digests.map(([part, value]) => [part, value.slice(0, SHORT)])),
  };
}

/** Describes how a call differs from the most similar of the recorded calls. */
export function describeMiss({ by, type, parts = {} }: CallKey, recorded: readonly RecordedCall[]): string {
  const name = `${type}${by === 'check' ? ' of a check' : ''}`;
  const differences = recorded
    .filter((call) => call.by === by && call.type === type)
    .map((call) => differingParts(parts, call.parts ?? {}))
    .sort((a, b) => a.length - b.length);
  if (differences[0] === undefined) return `the ${name} is not recorded`;
  // An effect has a key, but no parts.
  return `the recorded ${name} differs in ${differences[0].join(', ') || 'its key'}`;
}

type Parts = NonNullable<CallKey['parts']>;

const differingParts = (parts: Parts, others: Parts): readonly string[] =>
  Object.keys({ ...parts, ...others }).filter((part) => parts[part] !== others[part]);
