import { checkValue, describeIssues, LlmError, type JsonObject } from '@majordomo/core';
import { abortable, asRecord, isLoopback, isRecord } from '@majordomo/core/toolkit';
import type { ElicitRequestParams, ElicitResult } from '@modelcontextprotocol/client';
import type { McpOptions, McpQuestion, McpReply } from '../options.ts';
import { isProgram, mayOpen } from '../addresses.ts';

/** Server that asks a question. */
type Asking = Pick<McpOptions, 'name' | 'place'>;

/** Shows a server's question to the user and returns the reply. Throws if the reply does not match the server's schema. */
export async function elicit(
  params: ElicitRequestParams,
  server: Asking,
  onElicit: NonNullable<McpOptions['onElicit']>,
  signal: AbortSignal,
): Promise<ElicitResult> {
  const question = questionOf(params, server);
  const called = (async () => onElicit(question, { signal }))();
  const reply = await abortable(called, signal).catch(() => undefined);
  // If the callback failed, the user has neither agreed nor declined.
  if (reply === undefined) return { action: 'cancel' };
  const problem = await replyProblem(question, reply);
  if (problem !== undefined) throw refusalError(problem);
  return resultOf(question, reply);
}

/** Returns a server's question. Throws `protocol` for a question that cannot be shown, and for an address that a user must not open. */
export function questionOf(params: ElicitRequestParams, server: Asking): McpQuestion {
  const { mode, message, ...rest } = asRecord(params);
  const { url, requestedSchema: schema } = rest;
  if (typeof message === 'string') {
    if (mode === 'url' && typeof url === 'string') {
      checkAddress(url, server);
      return { mode, message, url };
    }
    if (mode !== 'url' && isRecord(schema)) return { mode: 'form', message, schema: schema as JsonObject };
  }
  throw new LlmError('protocol', 'the server sent an invalid question');
}

function checkAddress(address: string, { name, place }: Asking): void {
  const isLocal = isProgram(place) || isLoopback(new URL(place.url));
  const url = URL.parse(address);
  if (url !== null && mayOpen(url, isLocal)) return;
  const scheme = url === null ? 'no scheme' : `the scheme "${url.protocol}"`;
  throw new LlmError(
    'protocol',
    `mcp "${name}": the server asks the user to open an address with ${scheme}; it must be https, or http if the server and the address are on this machine`,
  );
}

/** Returns the reason why a reply is invalid, or `undefined` for a valid reply. */
export async function replyProblem(question: McpQuestion, reply: McpReply): Promise<string | undefined> {
  const { action, content } = asRecord(reply);
  if (action !== 'accept')
    return action === 'decline' || action === 'cancel'
      ? undefined
      : 'the action must be accept, decline or cancel';
  if (question.mode === 'url') return undefined;
  const filled =
    content === undefined || isRecord(content) ? withDefaults(question.schema, content) : content;
  const checked = await checkValue(question.schema, filled);
  return 'issues' in checked
    ? `the content does not match the schema of the form: ${describeIssues(checked.issues)}`
    : undefined;
}

/** Returns a valid reply in the form of the protocol. */
export function resultOf(question: McpQuestion, reply: McpReply): ElicitResult {
  if (reply.action !== 'accept') return { action: reply.action };
  if (question.mode === 'url') return { action: 'accept' };
  const content = withDefaults(question.schema, reply.content);
  return { action: 'accept', content: content as ElicitResult['content'] & object };
}

/** Adds the defaults of the form for members that the content does not contain. */
export function withDefaults(schema: JsonObject, content: object = {}): object {
  const defaults = Object.entries(asRecord(schema['properties'])).flatMap(([name, property]) => {
    const value = asRecord(property)['default'];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(defaults), ...content };
}

/** Error code of the protocol for a refusal by the user or the application. */
const REFUSED = -1;

/** Returns a refusal with the reason `why`, which the SDK sends to the server. */
export const refusalError = (why: string): Error => Object.assign(new Error(why), { code: REFUSED });
