import type { JsonObject } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { readChat } from '../openai-chat/read.ts';
import type { WireRequest } from '../wire.ts';

const PATH = /\/ai\/run\/([^?]+)/;

/** Whether the path is that of a model run. */
export const isRun = (path: string): boolean => PATH.test(path);

/** Returns the model id in a path. */
export const modelOfRun = (path: string): string => decodeURI(PATH.exec(path)?.[1] ?? '');

/**
 * Returns the contents of a request. Its format is that of Chat Completions, except that the model is in the path and the schema
 * has no name.
 */
export function readRun(path: string, body: unknown): WireRequest {
  const format = isRecord(body) ? body['response_format'] : undefined;
  const schema = isRecord(format) ? format['json_schema'] : undefined;
  return {
    ...readChat(path, body),
    model: modelOfRun(path),
    output: isRecord(schema) ? (schema as JsonObject) : undefined,
    streamsUsage: true,
  };
}
