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

type Answer = (visit: Visit, house: House) => Promise<Response>;

const POSTED: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ...[...WIRES].map(([path, wire]): [string, Answer] => [
    path,
    (visit, house) => chatRoute(visit, house, wire),
  ]),
  ...[...OPERATIONS].map(([path, read]): [string, Answer] => [
    path,
    (visit, house) => operationRoute(visit, house, read),
  ]),
  ['/v1/messages/count_tokens', countTokens],
]);

/** A request of somebody who may ask → its answer. */
export async function routed(visit: Visit, house: House): Promise<Response> {
  const { request, path } = visit;
  const answer = POSTED.get(path);
  if (answer !== undefined) {
    checkMethod(request, path, ['POST']);
    return await answer(visit, house);
  }
  if (path === '/v1/models') return forReading(request, path, () => listModels(visit, house));
  const name = /^\/v1\/models\/(.+)$/.exec(path)?.[1];
  if (name !== undefined) return forReading(request, path, () => oneModel(visit, house, decoded(name)));
  throw new Refusal('no-such-route', `nothing is served at ${asked(request, path)}${baseHint(path)}`);
}

/** The answer of an address that is only read. */
export function forReading<T>(request: Request, path: string, answer: () => T): T {
  checkMethod(request, path, ['GET', 'HEAD']);
  return answer();
}

function checkMethod(request: Request, path: string, methods: readonly string[]): void {
  if (methods.includes(request.method)) return;
  const allow = methods.join(', ');
  throw new Refusal('wrong-method', `${asked(request, path)} is not served: ask by ${allow}`, { allow });
}

const asked = ({ method }: Request, path: string): string => `${method} ${path.slice(0, 100)}`;

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
