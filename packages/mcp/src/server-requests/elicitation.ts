import { checkValue, describeIssues, type JsonObject } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { ElicitRequestParams, ElicitResult } from '@modelcontextprotocol/client';
import type { McpOptions, McpQuestion, McpReply } from '../options.ts';
import { refusalError } from './refusal-error.ts';

/** Asks the user a server's question. Rejects a reply whose content does not match the server's schema. */
export async function elicit(
  params: ElicitRequestParams,
  onElicit: NonNullable<McpOptions['onElicit']>,
  signal: AbortSignal,
): Promise<ElicitResult> {
  const question = questionOf(params);
  const reply = await abortable(callOnElicit(onElicit, question, signal), signal).catch(() => undefined);
  // If the callback failed, the user has neither agreed nor declined.
  if (reply === undefined) return { action: 'cancel' };
  if (reply.action !== 'accept') return { action: reply.action };
  if (question.mode === 'url') return { action: 'accept' };
  const content = reply.content ?? {};
  const checked = await checkValue(question.schema, content);
  if ('issues' in checked)
    throw refusalError(
      `the content does not match the schema of the form: ${describeIssues(checked.issues)}`,
    );
  return { action: 'accept', content: content as ElicitResult['content'] & object };
}

const callOnElicit = async (
  onElicit: NonNullable<McpOptions['onElicit']>,
  question: McpQuestion,
  signal: AbortSignal,
): Promise<McpReply | undefined> => onElicit(question, { signal });

const questionOf = (params: ElicitRequestParams): McpQuestion =>
  params.mode === 'url'
    ? { mode: 'url', message: params.message, url: params.url }
    : { mode: 'form', message: params.message, schema: params.requestedSchema as unknown as JsonObject };
