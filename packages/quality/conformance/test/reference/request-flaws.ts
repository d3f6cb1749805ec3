import type { ModelEvent, ModelRequest, ModelTool } from '@majordomo/core';
import { createConnection } from 'node:net';
import { batches, eachPart, type Flaw, onEvents, onRequest } from './flaw.ts';

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

/** Scenarios that fail for each omitted step of `fitted`. */
const UNFITTED: Readonly<Record<string, Flaw['caught']>> = {
  names: ['made-up-tool-names'],
  parameters: ['tool-schemas'],
  output: ['output-schemas'],
};

/** Flaws outside of the answer: missing or additional parts of requests, and leaked resources. */
export const REQUEST_FLAWS: readonly Flaw[] = [
  {
    name: 'drops log probabilities without a warning',
    caught: ['logprobs'],
    stream: onEvents((event) => {
      if (event.type === 'warning') return event.warning.what === 'logprobs' ? [] : [event];
      return event.type === 'finish' ? [{ ...event, logprobs: undefined }] : [event];
    }),
  },
  {
    name: 'does not mark the text of a refusal',
    caught: ['refusal-mark'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'text'
        ? [{ ...event, part: { ...event.part, isRefusal: undefined } }]
        : [event],
    ),
  },
  {
    name: 'drops the text next to tool calls',
    caught: ['text-with-tool-calls'],
    stream: eachMessage((message) =>
      message.role === 'assistant' && message.parts.some(({ type }) => type === 'tool-call')
        ? { ...message, parts: message.parts.filter(({ type }) => type !== 'text') }
        : message,
    ),
  },
  {
    name: 'drops the tools that a result loads',
    caught: ['loaded-tools'],
    stream: onRequest((request) => ({
      ...request,
      tools: request.tools.filter(({ deferred }) => deferred !== true),
    })),
  },
  {
    name: 'sends the tools that a result loads first',
    caught: ['loaded-tools'],
    stream: onRequest((request) => ({ ...request, tools: request.tools.toReversed() })),
  },
  {
    name: 'replaces the schemas of tools',
    caught: ['request-tools'],
    stream: onRequest(eachTool((tool) => ({ ...tool, parameters: { type: 'object', properties: {} } }))),
  },
  {
    name: 'drops descriptions of tool parameters',
    caught: ['request-tools'],
    stream: onRequest(
      eachTool((tool) => ({
        ...tool,
        parameters: JSON.parse(
          JSON.stringify(tool.parameters, (key, value: unknown) =>
            key === 'description' ? undefined : value,
          ),
        ) as ModelTool['parameters'],
      })),
    ),
  },
  {
    name: 'drops the required parameters of a tool',
    caught: ['request-tools'],
    stream: onRequest(
      eachTool(({ parameters: { required: _required, ...parameters }, ...tool }) => ({
        ...tool,
        parameters,
      })),
    ),
  },
  {
    name: 'drops the descriptions of tools',
    caught: ['request-tools'],
    stream: onRequest(eachTool((tool) => ({ ...tool, description: '' }))),
  },
  {
    name: 'sends only the first tool',
    caught: ['request-tools', 'tool-call'],
    stream: onRequest((request) => ({ ...request, tools: request.tools.slice(0, 1) })),
  },
  {
    name: 'ignores the tool choice',
    caught: ['request-tool-choice'],
    stream: onRequest(without('toolChoice')),
  },
  {
    name: 'sends every tool choice as required',
    caught: ['request-tool-choice'],
    stream: onRequest((request) =>
      request.toolChoice === undefined ? request : { ...request, toolChoice: 'required' },
    ),
  },
  { name: 'ignores the effort', caught: ['request-effort'], stream: onRequest(without('reasoning')) },
  {
    name: 'sends one effort only',
    caught: ['request-effort'],
    stream: onRequest((request) =>
      request.reasoning === undefined ? request : { ...request, reasoning: 'low' },
    ),
  },
  {
    name: 'ignores the temperature',
    caught: ['request-sampling'],
    stream: onRequest(without('temperature')),
  },
  { name: 'ignores topP', caught: ['request-sampling'], stream: onRequest(without('topP')) },
  {
    name: 'ignores the seed without a warning',
    caught: ['request-sampling'],
    stream: onRequest(without('seed')),
  },
  {
    name: 'ignores stop sequences',
    caught: ['request-sampling'],
    stream: onRequest(without('stop')),
  },
  {
    name: 'sends only the first stop sequence',
    caught: ['request-sampling'],
    stream: onRequest((request) => ({ ...request, stop: request.stop?.slice(0, 1) })),
  },
  { name: 'ignores the cache setting', caught: ['request-cache'], stream: onRequest(without('cache')) },
  { name: 'ignores the token limit', caught: ['system'], stream: onRequest(without('maxTokens')) },
  {
    name: 'drops the system text',
    caught: ['system', 'request-nothing-added'],
    stream: onRequest(without('system')),
  },
  {
    name: 'drops the images of tool results',
    caught: ['tool-result-content'],
    stream: eachResult((content) => content.filter(({ type }) => type !== 'image')),
  },
  {
    name: 'truncates tool results',
    caught: ['tool-result-content'],
    stream: eachResult((content) =>
      content.map((part) => ({ ...part, ...(part.text && { text: part.text.slice(0, 100) }) })),
    ),
  },
  {
    name: 'sends only the first part of a tool result',
    caught: ['tool-result-content'],
    stream: eachResult((content) => content.slice(0, 1)),
  },
  {
    name: 'sends only the last message',
    caught: ['request-history'],
    stream: onRequest((request) => ({ ...request, messages: request.messages.slice(-1) })),
  },
  {
    name: 'drops the second text of a message',
    caught: ['request-history'],
    stream: eachMessage((message) =>
      message.role === 'user' ? { ...message, parts: message.parts.slice(0, 1) } : message,
    ),
  },
  {
    name: 'drops earlier text of the assistant',
    caught: ['request-history'],
    stream: eachMessage((message) =>
      message.role === 'assistant'
        ? {
            ...message,
            parts: message.parts.map((part) => (part.type === 'text' ? { ...part, text: ' ' } : part)),
          }
        : message,
    ),
  },
  {
    name: 'reverses the conversation',
    caught: ['request-history'],
    stream: onRequest((request) => ({ ...request, messages: request.messages.toReversed() })),
  },
  {
    name: 'repeats a text',
    caught: ['request-history'],
    stream: eachMessage((message) =>
      message.role === 'user'
        ? { ...message, parts: [...message.parts, ...message.parts.slice(0, 1)] }
        : message,
    ),
  },
  {
    name: 'adds a system text',
    caught: ['request-nothing-added'],
    stream: onRequest((request) => ({
      ...request,
      system: request.system ?? 'You are a helpful assistant.',
    })),
  },
  {
    name: 'adds a line to the system text',
    caught: ['request-nothing-added', 'system'],
    stream: onRequest((request) => ({
      ...request,
      ...(request.system && { system: `${request.system}\nBe safe.` }),
    })),
  },
  {
    name: 'adds a temperature',
    caught: ['request-nothing-added'],
    stream: onRequest((request) => ({ ...request, temperature: request.temperature ?? 0.7 })),
  },
  {
    name: 'sends its first system text with every request',
    caught: ['request-nothing-added'],
    stream: (stream) => {
      let first: string | undefined;
      return (request, context) => stream({ ...request, system: (first ??= request.system) }, context);
    },
  },
  {
    name: 'adds a greeting to the conversation',
    caught: ['request-nothing-added'],
    stream: onRequest((request) => ({
      ...request,
      messages: [
        ...request.messages,
        { role: 'assistant', parts: [{ type: 'text', text: 'Hello!' }] },
        { role: 'user', parts: [{ type: 'text', text: 'Go on.' }] },
      ],
    })),
  },
  ...['names', 'parameters', 'output'].map((unfitted): Flaw => ({
    name: `sends ${unfitted} as they are`,
    caught: UNFITTED[unfitted] ?? [],
    // Chat Completions accepts any output schema without `strict`.
    wire: unfitted === 'output' ? 'anthropic-messages' : undefined,
    stream: onRequest((request) => ({ ...request, extra: { ...request.extra, unfitted } })),
  })),
  {
    name: 'ignores `extra`',
    caught: ['request-extra'],
    stream: onRequest((request) => ({ ...request, extra: {} })),
  },
  {
    name: 'ignores nested members of `extra`',
    caught: ['request-extra'],
    stream: onRequest(({ extra, ...request }) => ({
      ...request,
      extra: Object.fromEntries(Object.entries(extra).filter(([, value]) => typeof value !== 'object')),
    })),
  },
  {
    name: 'drops calls of undeclared tools',
    caught: ['made-up-tool-names'],
    stream: onRequest((request) =>
      eachPart(request, (part: { readonly type: string; readonly name?: string }) =>
        part.name === undefined || request.tools.some(({ name }) => name === part.name) ? [part] : [],
      ),
    ),
  },
  {
    name: 'drops user messages after tool results',
    caught: ['user-after-tools'],
    stream: onRequest((request) => ({
      ...request,
      messages: request.messages.filter(
        ({ role }, at) => role !== 'user' || request.messages[at - 1]?.role !== 'tool',
      ),
    })),
  },
  {
    name: 'returns the name of the first tool for every call',
    caught: ['fitted-tool-names'],
    stream: (stream) => (request, context) => {
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
  },
  {
    name: 'emits deltas that differ from the part',
    caught: ['unicode-split', 'non-streaming-equals-deltas'],
    stream: deltas((text) => text.replaceAll(/[^\p{ASCII}]/gu, '?')),
  },
  {
    name: 'emits no text deltas',
    caught: ['text', 'slow'],
    stream: onEvents((event) => (event.type === 'text-delta' ? [] : [event])),
  },
  {
    name: 'emits every text delta twice',
    caught: ['text'],
    stream: onEvents((event) => (event.type === 'text-delta' ? [event, event] : [event])),
  },
  {
    name: 'emits no reasoning deltas',
    caught: ['reasoning'],
    stream: onEvents((event): readonly ModelEvent[] => (event.type === 'reasoning-delta' ? [] : [event])),
  },
  {
    name: 'leaves a listener on the signal',
    caught: ['resources'],
    stream: (stream) => (request, context) => {
      context.signal.addEventListener('abort', () => undefined);
      return stream(request, context);
    },
  },
  {
    name: 'leaves a connection open',
    caught: ['resources'],
    stream: (stream, _model, baseURL) =>
      async function* (request, context) {
        const { hostname, port } = new URL(baseURL);
        const socket = createConnection(Number(port), hostname).on('error', () => undefined);
        await new Promise((resolve) => socket.once('connect', resolve));
        yield* batches(stream(request, context));
      },
  },
];
