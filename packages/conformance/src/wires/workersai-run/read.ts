import type { JsonObject } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { readChat } from '../openai-chat/read.ts';
import type { WireRequest } from '../wire.ts';

const PATH = /\/ai\/run\/([^?]+)/;

/** Whether the path is that of a model. */
export const isRun = (path: string): boolean => PATH.test(path);

/** The model that a path names. */
export const modelOfRun = (path: string): string => decodeURI(PATH.exec(path)?.[1] ?? '');

/** The input is that of Chat Completions, but for the model in the path and the schema without a name around it. */
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
