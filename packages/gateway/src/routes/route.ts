import type { Reply } from '../answering/reply.ts';
import { anthropicMessages } from '../anthropic-messages/wire.ts';
import { Refusal } from '../refusal.ts';
import { openaiChat } from '../openai-chat/wire.ts';
import { openaiResponses } from '../openai-responses/wire.ts';
import { readEmbeddings } from '../operations/embeddings.ts';
import type { ReadOperation } from '../operations/operation.ts';
import { readSpeech } from '../operations/speech.ts';
import { readTranscriptions } from '../operations/transcriptions.ts';
import type { House, Visit } from '../visit.ts';
import type { Wire } from '../wire.ts';
import { chatRoute } from './chat.ts';
import { countTokens } from './count-tokens.ts';
import { listModels, oneModel } from './models.ts';
import { operationRoute } from './operation.ts';

/** Where each wire is asked. */
const WIRES: ReadonlyMap<string, Wire> = new Map([
  ['/v1/chat/completions', openaiChat],
  ['/v1/responses', openaiResponses],
  ['/v1/messages', anthropicMessages],
]);

/** What else OpenAI's clients ask for. */
const OPERATIONS: ReadonlyMap<string, ReadOperation> = new Map([
  ['/v1/embeddings', readEmbeddings],
  ['/v1/audio/transcriptions', readTranscriptions],
  ['/v1/audio/speech', readSpeech],
]);

/** The form in which an address is refused. */
export const failureAt = (path: string): Wire['failure'] =>
  path.includes('/v1/messages') ? anthropicMessages.failure : openaiChat.failure;

/** A request of somebody who may ask → its answer. */
export async function routed(visit: Visit, house: House): Promise<Reply | Response> {
  const { request, url } = visit;
  const wire = WIRES.get(url.pathname);
  if (wire !== undefined && request.method === 'POST') return await chatRoute(visit, house, wire);
  const operation = OPERATIONS.get(url.pathname);
  if (operation !== undefined && request.method === 'POST')
    return await operationRoute(visit, house, operation);
  if (url.pathname === '/v1/messages/count_tokens' && request.method === 'POST')
    return await countTokens(visit, house);
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (url.pathname === '/v1/models') return listModels(visit, house);
    const name = /^\/v1\/models\/(.+)$/.exec(url.pathname)?.[1];
    if (name !== undefined) return oneModel(visit, house, decoded(name));
  }
  const asked = `${request.method} ${url.pathname.slice(0, 100)}`;
  throw new Refusal('no-such-route', `nothing is served at ${asked}${baseHint(url.pathname)}`);
}

/** The clients of the two vendors disagree on whether the base URL holds the version. */
function baseHint(path: string): string {
  const meant = path.startsWith('/v1/') ? path.slice('/v1'.length) : `/v1${path}`;
  const isServed = WIRES.has(meant) || OPERATIONS.has(meant) || meant === '/v1/models';
  return isServed ? ': the base URL ends in /v1 for OpenAI’s clients, and without it for Anthropic’s' : '';
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
