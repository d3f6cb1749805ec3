import type { ServerResponse } from 'node:http';
import { asList, asRecord, asText, sseEvent } from '@majordomo/core/toolkit';
import { testServer, type Seen } from '@majordomo/test-support';

type Json = Readonly<Record<string, unknown>>;

/** Work of an interaction. */
export interface InteractionPlan {
  readonly steps: readonly Json[];
  /** Last status. `@default 'completed'` */
  readonly status?: string;
  /** Number of looks that find the interaction unfinished. A stream of an unfinished interaction is refused. `@default 0` */
  readonly looks?: number;
}

export interface InteractionRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Json;
}

export interface InteractionServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly InteractionRequest[];
}

interface ServerOptions {
  readonly plan: (number: number) => InteractionPlan;
  /** Number of events after which each connection of a stream ends. `@default` it does not end early */
  readonly cutAfter?: number;
  /** Status of the responses to requests that create an interaction. `@default` 200 */
  readonly failWith?: number;
  /** Whether streams are refused. `@default false` */
  readonly isPolled?: boolean;
}

interface Stored {
  readonly id: string;
  readonly model: unknown;
  readonly plan: InteractionPlan;
  looks: number;
  status: string | undefined;
}

const STEPS = ['user_input', 'model_output', 'thought', 'function_call', 'function_result'];
const USAGE = {
  total_input_tokens: 12,
  total_output_tokens: 5,
  total_thought_tokens: 3,
  total_cached_tokens: 2,
};

/**
 * Starts a server with the Interactions API of Gemini (types of @google/genai 3.1), and with its rules: a background interaction must be
 * stored, steps have known types, and each result belongs to a call.
 */
export async function startInteractionServer(options: ServerOptions): Promise<InteractionServer> {
  const requests: InteractionRequest[] = [];
  const stored = new Map<string, Stored>();
  let created = 0;
  const serve = (response: ServerResponse, { method, path: url, headers, body }: Seen): void => {
    const { pathname: path, searchParams: query } = new URL(url, 'http://127.0.0.1');
    const request = { method, path, query, body };
    requests.push(request);
    if (headers['x-goog-api-key'] === undefined) {
      refuse(response, 401, 'no key');
      return;
    }
    const [, id = '', action] = /^\/v1beta\/interactions(?:\/([^/]+))?(\/cancel)?$/.exec(path) ?? [];
    if (method === 'POST' && id === '') {
      create(request, response);
      return;
    }
    const found = stored.get(id);
    if (found === undefined) {
      refuse(response, 404, 'Interaction not found.');
      return;
    }
    if (method === 'DELETE') {
      stored.delete(id);
      send(response, {});
      return;
    }
    if (action !== undefined) found.status = 'cancelled';
    const isStream = query.get('stream') === 'true';
    if (isStream && (options.isPolled === true || (found.plan.looks ?? 0) > 0)) {
      refuse(response, 400, 'Streaming is not available.');
      return;
    }
    if (isStream) {
      sendEvents(response, eventsOf(found), query.get('last_event_id'));
      return;
    }
    if (action === undefined) found.looks++;
    send(response, objectOf(found));
  };
  const create = ({ body }: InteractionRequest, response: ServerResponse): void => {
    if (options.failWith !== undefined) {
      refuse(response, options.failWith, 'the server failed');
      return;
    }
    if (body['background'] !== true || body['store'] !== true) {
      refuse(response, 400, 'background requires store');
      return;
    }
    if (body['agent'] !== undefined && ('model' in body || 'generation_config' in body)) {
      refuse(response, 400, 'an agent accepts neither model nor generation_config');
      return;
    }
    const problem = problemOf(asList(body['input']).map(asRecord));
    if (problem !== undefined) {
      refuse(response, 400, problem);
      return;
    }
    const plan = options.plan(created);
    const id = `interaction_${++created}`;
    stored.set(id, { id, model: body['model'], plan, looks: 0, status: undefined });
    send(response, { id, status: 'in_progress', model: body['model'] });
  };
  const sendEvents = (response: ServerResponse, events: readonly Json[], after: string | null): void => {
    const from = after === null ? 0 : events.findIndex((event) => event['event_id'] === after) + 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events.slice(from, from + (options.cutAfter ?? Infinity)))
      response.write(sseEvent(JSON.stringify(event), String(event['event_type'])));
    response.end();
  };
  const server = await testServer(serve);
  return { url: server.origin, requests, [Symbol.asyncDispose]: server.close };
}

function send(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code, message, status: 'INVALID_ARGUMENT' } }));
}

function problemOf(input: readonly Json[]): string | undefined {
  if (input.length === 0) return 'input is required';
  const unknown = input.find((step) => !STEPS.includes(asText(step['type']) ?? ''));
  if (unknown !== undefined) return `unknown step ${JSON.stringify(unknown)}`;
  const calls = new Set(input.flatMap(({ type, id }) => (type === 'function_call' ? [id] : [])));
  const orphan = input.find(({ type, call_id: id }) => type === 'function_result' && !calls.has(id));
  return orphan && `no call for ${JSON.stringify(orphan)}`;
}

function statusOf({ plan, looks, status }: Stored): string {
  if (status !== undefined) return status;
  return looks <= (plan.looks ?? 0) ? 'in_progress' : (plan.status ?? 'completed');
}

function objectOf(stored: Stored): Json {
  const status = statusOf(stored);
  const { id, model, plan } = stored;
  if (status === 'in_progress') return { id, model, status };
  const errors = status === 'failed' ? [{ code: 500, message: 'sorry' }] : undefined;
  return { id, model, status, steps: plan.steps, usage: USAGE, errors };
}

/** Returns the events of an interaction. Text is cut after each 4 characters, and arguments after each 3. */
function eventsOf({ id, model, plan, status: own }: Stored): readonly Json[] {
  const status = own ?? plan.status ?? 'completed';
  const content = plan.steps.flatMap((step, index) => [
    { event_type: 'step.start', index, step: headOf(step) },
    ...deltasOf(step).map((delta) => ({ event_type: 'step.delta', index, delta })),
    { event_type: 'step.stop', index },
  ]);
  const last = { id, model, status, usage: USAGE };
  const end =
    status === 'failed'
      ? [{ event_type: 'error', error: { code: 500, message: 'sorry' } }]
      : [{ event_type: 'interaction.completed', interaction: last }];
  const events = [
    { event_type: 'interaction.created', interaction: { id, model, status: 'in_progress' } },
    { event_type: 'interaction.status_update', interaction_id: id, status: 'in_progress' },
    ...content,
    ...end,
  ];
  return events.map((event, at) => ({ ...event, event_id: `e${at}` }));
}

const headOf = ({ type, id, name }: Json): Json =>
  type === 'function_call' ? { type, id, name, arguments: {} } : { type };

const pieces = (text: string, size: number): readonly string[] =>
  text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? [];

function deltasOf(step: Json): readonly Json[] {
  if (step['type'] === 'function_call')
    return pieces(JSON.stringify(step['arguments']), 3).map((json) => ({
      type: 'arguments_delta',
      arguments: json,
    }));
  if (step['type'] === 'thought')
    return [
      ...asList(step['summary']).map((content) => ({ type: 'thought_summary', content })),
      { type: 'thought_signature', signature: step['signature'] },
    ];
  return asList(step['content'])
    .map(asRecord)
    .flatMap(({ text, annotations }) => [
      ...pieces(asText(text) ?? '', 4).map((piece) => ({ type: 'text', text: piece })),
      ...(annotations === undefined ? [] : [{ type: 'text_annotation_delta', annotations }]),
    ]);
}
