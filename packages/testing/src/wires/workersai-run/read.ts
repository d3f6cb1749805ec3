import type { JsonObject } from '@majordomo/core';
import { readChat } from '../openai-chat/read.ts';
import { isObject } from '../shape.ts';
import type { WireRequest } from '../wire.ts';

const PATH = /\/ai\/run\/([^?]+)/;

/** Is this the path of a model? */
export const isRun = (path: string): boolean => PATH.test(path);

/** The input is that of Chat Completions, but for the model in the path and the schema without a name around it. */
export function readRun(path: string, body: unknown): WireRequest {
  const format = isObject(body) ? body['response_format'] : undefined;
  const schema = isObject(format) ? format['json_schema'] : undefined;
  return {
    ...readChat(path, body),
    model: decodeURI(PATH.exec(path)?.[1] ?? ''),
    output: isObject(schema) ? (schema as JsonObject) : undefined,
    streamsUsage: true,
  };
}
