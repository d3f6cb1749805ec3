import type { OperationType } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import type { CallEntry, RequestEvent } from './call.ts';

/** Returns the entry of a request that failed before it became a call. */
export function refusedEntry(event: RequestEvent, redactor: Redactor): CallEntry {
  const { requestId, at, ms, wire, isStreamed, model, tenant, key, status, error } = event;
  const mask = (text: string | undefined): string | undefined => text && redactor.text(text);
  return {
    id: requestId,
    requestId,
    clientRequestId: mask(event.clientRequestId),
    at,
    ms: Math.round(ms),
    firstMs: undefined,
    operation: operationOf(event.route),
    wire,
    isStreamed,
    model: mask(model),
    spec: undefined,
    target: undefined,
    tenant,
    key,
    outcome: 'refused',
    status,
    error: error && { ...error, message: redactor.text(error.message) },
    attempts: [],
    usage: undefined,
    nanoUsd: undefined,
    finish: undefined,
    warnings: [],
    metadata: {},
  };
}

/** Operations of routes, by a part of their patterns. */
const OPERATIONS: readonly (readonly [path: string, operation: OperationType])[] = [
  ['/embeddings', 'embedding'],
  ['/transcriptions', 'transcription'],
  ['/speech', 'speech'],
  ['/images', 'image'],
  ['/moderations', 'moderation'],
  ['/decisions', 'classification'],
  ['/mcp', 'tool'],
];

const operationOf = (route: string): OperationType =>
  OPERATIONS.find(([path]) => route.includes(path))?.[1] ?? 'chat';
