import type { AssistantPart, ModelTool, ToolCallPart, TurnMessage } from '@majordomo/core';
import { isRecord, toBase64 } from '@majordomo/core/toolkit';
import { contextOf, deliveryOf, requestOf, type Playback, type Recording } from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { joined, type Row } from './oracle.ts';
import { modelOf, providerOf } from './places.ts';

/** Plays a recording to the real provider and returns the response. */
export function playRecording(server: Playback, recording: Recording): Promise<Collected> {
  const model = providerOf(recording, server.url(recording, 'random')).model(modelOf(recording));
  return collect(model, requestOf(), contextOf({ delivery: deliveryOf(recording) }));
}

/** Returns the request body of the next turn for the same model. */
export async function nextRequestBody(
  server: Playback,
  recording: Recording,
  parts: readonly AssistantPart[],
): Promise<unknown> {
  const model = providerOf(recording, server.url(recording, 'complete')).model(modelOf(recording));
  const request = requestOf({ messages: turns(parts), tools: programTools(parts) });
  await collect(model, request, contextOf({ delivery: deliveryOf(recording) }));
  return server.requests.at(-1)?.body;
}

/** Returns the tools that programs of a response called. */
const programTools = (parts: readonly AssistantPart[]): readonly ModelTool[] =>
  [...new Set(parts.flatMap((part) => (isOfProgram(part) ? [part.name] : [])))].map((name) => ({
    name,
    description: name,
    parameters: { type: 'object' },
    callers: ['program'],
  }));

const isOfProgram = (part: AssistantPart): part is ToolCallPart =>
  part.type === 'tool-call' && part.programId !== undefined;

/**
 * Returns a transcript: a question, the response with a result for each of its calls, and another question. A program that waits gets
 * the results alone.
 */
export const turns = (parts: readonly AssistantPart[]): TurnMessage[] => [
  { role: 'user', parts: [{ type: 'text', text: 'Look it up.' }] },
  { role: 'assistant', parts },
  ...parts.flatMap((part): TurnMessage[] =>
    part.type === 'tool-call'
      ? [{ role: 'tool', parts: [{ type: 'tool-result', callId: part.id, name: part.name, content: [] }] }]
      : [],
  ),
  ...(parts.some(isOfProgram) ? [] : [QUESTION]),
];

const QUESTION: TurnMessage = { role: 'user', parts: [{ type: 'text', text: 'And now?' }] };

/** Converts parts to the form of the oracle. */
export const rowsIn = (parts: readonly AssistantPart[]): readonly Row[] =>
  joined(
    parts.flatMap((part): Row[] => {
      if (part.type === 'text') return [{ type: 'text', text: part.text }];
      if (part.type === 'tool-call') return [{ type: 'call', name: part.name }];
      // The recordings list generated images among the vendor parts, and do not list items that wait for the client.
      if (part.type === 'image' && part.replay !== undefined) {
        const item = rawOf(part.replay.data) as object;
        return [{ type: 'vendor', raw: { ...item, result: toBase64(part.bytes) } }];
      }
      // The recordings do not list the container of a response.
      if (part.type !== 'vendor' || part.kind === 'container') return [];
      return [{ type: 'vendor', raw: rawOf(part.replay.data) }];
    }),
  );

/** Returns the block in replay data. Each API stores it under a separate name. */
const rawOf = (data: unknown): unknown => (isRecord(data) ? Object.values(data)[0] : data);

/**
 * Returns JSON with sorted properties, because two SDKs change the order. Properties that the AWS SDK does not know appear under
 * their own names.
 */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, each: unknown): unknown => {
    if (!isRecord(each)) return each;
    const members = Object.entries(each).map(([name, inner]): [string, unknown] =>
      name === '$unknown' ? (inner as [string, unknown]) : [name, inner],
    );
    return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)));
  });
