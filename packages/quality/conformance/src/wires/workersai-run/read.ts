import { asRecord } from '@majordomo/core/toolkit';
import { schemaOf } from '../members.ts';
import { readChat } from '../openai-chat/read.ts';
import type { WireRequest } from '../wire.ts';

/** Matches the path of a model run. */
export const RUN_PATH: RegExp = /\/ai\/run\/([^?]+)/;

/** Returns the model id in a path. */
export const modelOfRun = (path: string): string => decodeURI(RUN_PATH.exec(path)?.[1] ?? '');

/**
 * Returns the contents of a request. Its format is that of Chat Completions, except that the model is in the path and the schema
 * has no name.
 */
export const readRun = (path: string, body: unknown): WireRequest => ({
  ...readChat(path, body),
  model: modelOfRun(path),
  output: schemaOf(asRecord(asRecord(body)['response_format'])['json_schema']),
  streamsUsage: true,
});
