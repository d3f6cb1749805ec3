import { LlmError, type ModelEvent, type ModelRequest, type ModelTool } from '@majordomo/core';
import { createConnection } from 'node:net';
import { batches, eachPart, eventFlaw, type Flaw, flaw, onEvents, onRequest, requestFlaw } from './flaw.ts';

/** Part of any message. */
interface Piece {
  readonly type: string;
  readonly text?: string;
  readonly content?: readonly { readonly type: string; readonly text?: string }[];
}

const eachTool =
  (change: (tool: ModelTool) => ModelTool) =>
  (request: ModelRequest): ModelRequest => ({ ...request, tools: request.tools.map(change) });

const without =
  (...fields: readonly (keyof ModelRequest)[]) =>
  (request: ModelRequest): ModelRequest => ({
    ...request,
    ...Object.fromEntries(fields.map((field) => [field, undefined])),
  });

const eachResult = (
  change: (content: NonNullable<Piece['content']>) => NonNullable<Piece['content']>,
): Flaw['stream'] =>
  onRequest((request) =>
    eachPart(request, (part: Piece) => [
      part.type === 'tool-result' ? { ...part, content: change(part.content ?? []) } : part,
    ]),
  );

/** Changes every message. */
const eachMessage = (
  change: (message: ModelRequest['messages'][number]) => ModelRequest['messages'][number],
): Flaw['stream'] => onRequest((request) => ({ ...request, messages: request.messages.map(change) }));

const deltas = (change: (text: string) => string): Flaw['stream'] =>
  onEvents((event) => (event.type === 'text-delta' ? [{ ...event, text: change(event.text) }] : [event]));

/** Flaws outside of the answer: missing or additional parts of requests, and leaked resources. */
export const REQUEST_FLAWS: readonly Flaw[] = [
  eventFlaw('drops log probabilities without a warning', ['logprobs'], (event) => {
    if (event.type === 'warning') return event.warning.what === 'logprobs' ? [] : [event];
    return event.type === 'finish' ? [{ ...event, logprobs: undefined }] : [event];
  }),
  eventFlaw('does not mark the text of a refusal', ['refusal-mark'], (event) =>
    event.type === 'part-end' && event.part.type === 'text'
      ? [{ ...event, part: { ...event.part, isRefusal: undefined } }]
      : [event],
  ),
  flaw(
    'drops the text next to tool calls',
    ['text-with-tool-calls'],
    eachMessage((message) =>
      message.role === 'assistant' && message.parts.some(({ type }) => type === 'tool-call')
        ? { ...message, parts: message.parts.filter(({ type }) => type !== 'text') }
        : message,
    ),
  ),
  requestFlaw('sends the tools that a result loads first', ['loaded-tools'], (request) => ({
    tools: request.tools.toReversed(),
  })),
  flaw(
    'drops the required parameters of a tool',
    ['request-tools'],
    onRequest(
      eachTool(({ parameters: { required: _required, ...parameters }, ...tool }) => ({
        ...tool,
        parameters,
      })),
    ),
  ),
  flaw(
    'drops the descriptions of tools',
    ['request-tools'],
    onRequest(eachTool((tool) => ({ ...tool, description: '' }))),
  ),
  requestFlaw('sends only the first tool', ['request-tools', 'tool-call'], (request) => ({
    tools: request.tools.slice(0, 1),
  })),
  flaw(
    'drops descriptions of tool parameters',
    ['request-tools'],
    onRequest(
      eachTool((tool) => ({
        ...tool,
        parameters: JSON.parse(
          JSON.stringify(tool.parameters, (key, value: unknown) =>
            key === 'description' ? undefined : value,
          ),
        ) as ModelTool['parameters'],
      })),
    ),
  ),
  flaw('ignores the tool choice', ['request-tool-choice'], onRequest(without('toolChoice'))),
  flaw(
    'sends every tool choice as required',
    ['request-tool-choice'],
    onRequest((request) =>
      request.toolChoice === undefined ? request : { ...request, toolChoice: 'required' },
    ),
  ),
  flaw('ignores the effort', ['request-effort'], onRequest(without('reasoning'))),
  flaw(
    'sends one effort only',
    ['request-effort'],
    onRequest((request) => (request.reasoning === undefined ? request : { ...request, reasoning: 'low' })),
  ),
  flaw('ignores the temperature', ['request-sampling'], onRequest(without('temperature'))),
  flaw('ignores topP', ['request-sampling'], onRequest(without('topP'))),
  flaw('ignores the seed without a warning', ['request-sampling'], onRequest(without('seed'))),
  requestFlaw('sends only the first stop sequence', ['request-sampling'], (request) => ({
    stop: request.stop?.slice(0, 1),
  })),
  flaw('ignores the cache setting', ['request-cache'], onRequest(without('cache'))),
  flaw('ignores the token limit', ['system'], onRequest(without('maxTokens'))),
  flaw(
    'drops the images of tool results',
    ['tool-result-content'],
    eachResult((content) => content.filter(({ type }) => type !== 'image')),
  ),
  flaw(
    'sends only the first part of a tool result',
    ['tool-result-content'],
    eachResult((content) => content.slice(0, 1)),
  ),
  requestFlaw('reverses the conversation', ['request-history'], (request) => ({
    messages: request.messages.toReversed(),
  })),
  flaw(
    'repeats a text',
    ['request-history'],
    eachMessage((message) =>
      message.role === 'user'
        ? { ...message, parts: [...message.parts, ...message.parts.slice(0, 1)] }
        : message,
    ),
  ),
  requestFlaw('adds a line to the system text', ['request-nothing-added', 'system'], (request) => ({
    ...(request.system && { system: `${request.system}\nBe safe.` }),
  })),
  requestFlaw('adds a temperature', ['request-nothing-added'], (request) => ({
    temperature: request.temperature ?? 0.7,
  })),
  flaw('sends its first system text with every request', ['request-nothing-added'], (stream) => {
    let first: string | undefined;
    return (request, context) => stream({ ...request, system: (first ??= request.system) }, context);
  }),
  requestFlaw('rejects tools whose parameters are not an object', ['tool-schemas'], (request) => {
    if (request.tools.every(({ parameters }) => parameters['type'] === 'object')) return {};
    throw new LlmError('invalid-request', 'the parameters must be an object');
  }),
  requestFlaw('rejects output schemas that are not closed', ['output-schemas'], ({ output }) => {
    if (output === undefined || output.schema?.['additionalProperties'] === false) return {};
    throw new LlmError('invalid-request', 'the output schema must be closed');
  }),
  flaw(
    'ignores nested members of `extra`',
    ['request-extra'],
    onRequest(({ extra, ...request }) => ({
      ...request,
      extra: Object.fromEntries(Object.entries(extra).filter(([, value]) => typeof value !== 'object')),
    })),
  ),
  flaw(
    'drops calls of undeclared tools',
    ['made-up-tool-names'],
    onRequest((request) =>
      eachPart(request, (part: { readonly type: string; readonly name?: string }) =>
        part.name === undefined || request.tools.some(({ name }) => name === part.name) ? [part] : [],
      ),
    ),
  ),
  requestFlaw('drops user messages after tool results', ['user-after-tools'], (request) => ({
    messages: request.messages.filter(
      ({ role }, at) => role !== 'user' || request.messages[at - 1]?.role !== 'tool',
    ),
  })),
  flaw(
    'returns the name of the first tool for every call',
    ['fitted-tool-names'],
    (stream) => (request, context) => {
      const name = request.tools[0]?.name;
      return onEvents((event): readonly ModelEvent[] =>
        event.type === 'part-end' && event.part.type === 'tool-call' && name !== undefined
          ? [{ ...event, part: { ...event.part, name } }]
          : [event],
      )(
        stream,
        undefined as never,
        '',
      )(request, context);
    },
  ),
  flaw(
    'emits deltas that differ from the part',
    ['unicode-split', 'non-streaming-equals-deltas'],
    deltas((text) => text.replaceAll(/[^\p{ASCII}]/gu, '?')),
  ),
  eventFlaw('emits no text deltas', ['text', 'slow'], (event) =>
    event.type === 'text-delta' ? [] : [event],
  ),
  eventFlaw('emits no reasoning deltas', ['reasoning'], (event): readonly ModelEvent[] =>
    event.type === 'reasoning-delta' ? [] : [event],
  ),
  flaw('leaves a listener on the signal', ['resources'], (stream) => (request, context) => {
    context.signal.addEventListener('abort', () => undefined);
    return stream(request, context);
  }),
  flaw(
    'leaves a connection open',
    ['resources'],
    (stream, _model, baseURL) =>
      async function* (request, context) {
        const { hostname, port } = new URL(baseURL);
        const socket = createConnection(Number(port), hostname).on('error', () => undefined);
        await new Promise((resolve) => socket.once('connect', resolve));
        yield* batches(stream(request, context));
      },
  ),
];
