import type { ModelEvent, ModelRequest, ModelTool } from '@majordomo/core';
import { createConnection } from 'node:net';
import { batches, eachPart, type Flaw, onEvents, onRequest } from './flaw.ts';

/** A part of any message, loosely. */
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

/** Only so much of every part is kept. */
const eachMessage = (
  change: (message: ModelRequest['messages'][number]) => ModelRequest['messages'][number],
): Flaw['stream'] => onRequest((request) => ({ ...request, messages: request.messages.map(change) }));

const deltas = (change: (text: string) => string): Flaw['stream'] =>
  onEvents((event) => (event.type === 'text-delta' ? [{ ...event, text: change(event.text) }] : [event]));

/** What shows each step of fitting that is left out. */
const UNFITTED: Readonly<Record<string, Flaw['caught']>> = {
  names: ['made-up-tool-names'],
  parameters: ['tool-schemas'],
  output: ['output-schemas'],
};

/** Flaws that leave no trace in the answer: what does not reach the wire, what nobody asked for, what is left behind. */
export const UNFAITHFUL: readonly Flaw[] = [
  {
    name: 'loses log probabilities without a warning',
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
    name: 'loses the text next to tool calls',
    caught: ['text-with-tool-calls'],
    stream: eachMessage((message) =>
      message.role === 'assistant' && message.parts.some(({ type }) => type === 'tool-call')
        ? { ...message, parts: message.parts.filter(({ type }) => type !== 'text') }
        : message,
    ),
  },
  {
    name: 'replaces the schemas of tools',
    caught: ['request-tools'],
    stream: onRequest(eachTool((tool) => ({ ...tool, parameters: { type: 'object', properties: {} } }))),
  },
  {
    name: 'forgets what the fields of a tool mean',
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
    name: 'does not say which fields of a tool are required',
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
    name: 'sends the first tool alone',
    caught: ['request-tools', 'tool-call'],
    stream: onRequest((request) => ({ ...request, tools: request.tools.slice(0, 1) })),
  },
  {
    name: 'ignores the choice of tools',
    caught: ['request-tool-choice'],
    stream: onRequest(without('toolChoice')),
  },
  {
    name: 'takes every choice of tools for a demand',
    caught: ['request-tool-choice'],
    stream: onRequest((request) =>
      request.toolChoice === undefined ? request : { ...request, toolChoice: 'required' },
    ),
  },
  { name: 'ignores the effort', caught: ['request-effort'], stream: onRequest(without('reasoning')) },
  {
    name: 'knows one effort',
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
    name: 'ignores the seed without a word',
    caught: ['request-sampling'],
    stream: onRequest(without('seed')),
  },
  {
    name: 'ignores texts that end the answer',
    caught: ['request-sampling'],
    stream: onRequest(without('stop')),
  },
  {
    name: 'sends the first text that ends the answer alone',
    caught: ['request-sampling'],
    stream: onRequest((request) => ({ ...request, stop: request.stop?.slice(0, 1) })),
  },
  { name: 'ignores the wish for caching', caught: ['request-cache'], stream: onRequest(without('cache')) },
  { name: 'ignores the limit of tokens', caught: ['system'], stream: onRequest(without('maxTokens')) },
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
    name: 'cuts tool results',
    caught: ['tool-result-content'],
    stream: eachResult((content) =>
      content.map((part) => ({ ...part, ...(part.text && { text: part.text.slice(0, 100) }) })),
    ),
  },
  {
    name: 'sends the first part of a tool result alone',
    caught: ['tool-result-content'],
    stream: eachResult((content) => content.slice(0, 1)),
  },
  {
    name: 'sends the last message alone',
    caught: ['request-history'],
    stream: onRequest((request) => ({ ...request, messages: request.messages.slice(-1) })),
  },
  {
    name: 'loses the second text of a message',
    caught: ['request-history'],
    stream: eachMessage((message) =>
      message.role === 'user' ? { ...message, parts: message.parts.slice(0, 1) } : message,
    ),
  },
  {
    name: 'loses what the model said before',
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
    name: 'turns the conversation around',
    caught: ['request-history'],
    stream: onRequest((request) => ({ ...request, messages: request.messages.toReversed() })),
  },
  {
    name: 'says a text twice',
    caught: ['request-history'],
    stream: eachMessage((message) =>
      message.role === 'user'
        ? { ...message, parts: [...message.parts, ...message.parts.slice(0, 1)] }
        : message,
    ),
  },
  {
    name: 'has a system text of its own',
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
    name: 'has a temperature of its own',
    caught: ['request-nothing-added'],
    stream: onRequest((request) => ({ ...request, temperature: request.temperature ?? 0.7 })),
  },
  {
    name: 'sends its first system text for ever',
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
    // Chat Completions takes any schema of an answer that does not ask to be strict.
    wire: unfitted === 'output' ? 'anthropic-messages' : undefined,
    stream: onRequest((request) => ({ ...request, extra: { ...request.extra, unfitted } })),
  })),
  {
    name: 'leaves out calls of tools that nobody declared',
    caught: ['made-up-tool-names'],
    stream: onRequest((request) =>
      eachPart(request, (part: { readonly type: string; readonly name?: string }) =>
        part.name === undefined || request.tools.some(({ name }) => name === part.name) ? [part] : [],
      ),
    ),
  },
  {
    name: 'does not hear what is said right after tools',
    caught: ['user-after-tools'],
    stream: onRequest((request) => ({
      ...request,
      messages: request.messages.filter(
        ({ role }, at) => role !== 'user' || request.messages[at - 1]?.role !== 'tool',
      ),
    })),
  },
  {
    name: 'calls every tool by the name of the first',
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
    name: 'shows a text that differs from the part',
    caught: ['unicode-split', 'whole-equals-deltas'],
    stream: deltas((text) => text.replaceAll(/[^\p{ASCII}]/gu, '?')),
  },
  {
    name: 'shows no text while it comes',
    caught: ['text', 'slow'],
    stream: onEvents((event) => (event.type === 'text-delta' ? [] : [event])),
  },
  {
    name: 'shows every text twice',
    caught: ['text'],
    stream: onEvents((event) => (event.type === 'text-delta' ? [event, event] : [event])),
  },
  {
    name: 'shows no reasoning while it comes',
    caught: ['reasoning'],
    stream: onEvents((event): readonly ModelEvent[] => (event.type === 'reasoning-delta' ? [] : [event])),
  },
  {
    name: 'leaves its listener on the signal',
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
