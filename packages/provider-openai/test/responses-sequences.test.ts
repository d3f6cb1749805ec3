import type { AssistantPart, TurnMessage } from '@majordomo/core';
import {
  contextOf,
  deliveryOf,
  hasRecordings,
  playedInTurn,
  requestOf,
  sequences,
  skippedNote,
  type Recording,
} from '@majordomo/test-support';
import { describe, expect, test } from 'vitest';
import * as profiles from '../src/index.ts';
import { createOpenAI, openaiCompatible, type ResponsesProfile } from '../src/index.ts';
import { collect } from './collected.ts';
import { sentIn, type RecordedItem } from './sent.ts';

const recorded = sequences('openai-responses');

const PROFILES = new Map(
  Object.values(profiles).flatMap((value): [string, ResponsesProfile][] =>
    typeof value === 'object' && 'api' in value ? [[value.id, value]] : [],
  ),
);

/** The recorded input in our parts; the assistant's turns are those that we read ourselves. */
function transcript(
  input: readonly RecordedItem[] | string,
  ours: readonly AssistantPart[][],
): TurnMessage[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', text: input }] }];
  const messages: TurnMessage[] = [];
  let turn = -1;
  let isOpen = false;
  const theirs = input.filter(isAssistants);
  const turns = input.filter((item, at) => isAssistants(item) && !isAssistants(input[at - 1])).length;
  for (const item of input) {
    if (isAssistants(item)) {
      if (!isOpen) turn++;
      isOpen = true;
      const own = ours[ours.length - turns + turn] ?? theirs.flatMap(partOf);
      if (messages.at(-1)?.role !== 'assistant') messages.push({ role: 'assistant', parts: own });
      continue;
    }
    isOpen = false;
    const text = textOf(item.content) || (typeof item.output === 'string' ? item.output : '');
    if (item.type === 'function_call_output') {
      const part = {
        type: 'tool-result',
        callId: item.call_id ?? '',
        name: 'tool',
        content: [{ type: 'text', text }],
      } as const;
      messages.push({ role: 'tool', parts: [part] });
    } else if (item.role === 'user') {
      messages.push({ role: 'user', parts: [{ type: 'text', text }] });
    }
  }
  return messages;
}

const isAssistants = (item: RecordedItem | undefined): boolean =>
  item?.role === 'assistant' || item?.type === 'reasoning' || item?.type === 'function_call';

const textOf = (content: RecordedItem['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text = '' }) => text).join('');

const partOf = (item: RecordedItem): AssistantPart[] =>
  item.type === 'function_call'
    ? [{ type: 'tool-call', id: item.call_id ?? '', name: item.name ?? '', args: {} }]
    : [];

/** Plays a session: each request is made of what was read of the answers before it. */
async function replay(steps: readonly Recording[]): Promise<readonly RecordedItem[][]> {
  await using server = await playedInTurn(steps);
  const vendor = steps[0]?.vendor ?? '';
  const profile = PROFILES.get(vendor === 'chatgpt' ? 'codex' : vendor);
  const options = { apiKey: 'k', baseURL: server.origin };
  const provider = THEIRS.has(vendor)
    ? createOpenAI(options)
    : openaiCompatible(
        profile ?? { api: 'responses', id: vendor, baseURL: 'https://vendor.invalid/v1' },
        options,
      );
  const ours: AssistantPart[][] = [];
  for (const step of steps) {
    const sent = sentIn(step);
    const tools = (sent.tools ?? []).map(({ name = '' }) => ({ name, description: '', parameters: {} }));
    const asked = requestOf({ messages: transcript(sent.input ?? '', ours), tools });
    const delivery = deliveryOf(step);
    const { parts } = await collect(provider, asked, contextOf({ delivery }));
    ours.push([...parts]);
  }
  return server.requests.map(({ body }) => body['input'] as RecordedItem[]);
}

/** OpenAI's own models behind other doors. */
const THEIRS: ReadonlySet<string> = new Set(['openai', 'azure', 'copilot']);

describe.skipIf(!hasRecordings)(`recorded sessions over Responses${skippedNote}`, () => {
  test('exist', () => {
    expect(recorded.length).toBeGreaterThan(10);
  });

  test.each(recorded)('$id: the next request contains what the vendor accepted', async ({ steps }) => {
    const sent = await replay(steps);
    for (const [at, step] of steps.entries()) {
      const theirs = sentIn(step);
      const { toolCallIdsEchoed = [], toolNamesEchoed = [] } = step.expected.echo ?? {};
      // Some sessions are single questions in a row.
      if (typeof theirs.input === 'string' || !theirs.input?.some(isAssistants)) continue;
      const items = sent[at] ?? [];
      const calls = items.filter(({ type }) => type === 'function_call');
      expect(calls.map(({ call_id }) => call_id)).toEqual(expect.arrayContaining([...toolCallIdsEchoed]));
      expect(calls.map(({ name }) => name)).toEqual(expect.arrayContaining([...toolNamesEchoed]));
      const secrets = (all: readonly RecordedItem[]): unknown[] =>
        // Long ones are elided in the recordings of requests.
        all.flatMap(({ encrypted_content: secret }) =>
          secret && !secret.startsWith('<elided') ? [secret] : [],
        );
      expect(secrets(items)).toEqual(expect.arrayContaining(secrets(theirs.input)));
      // Where a server takes plain reasoning back, it gets it.
      const open = (all: readonly RecordedItem[]): unknown[] =>
        all
          .filter(({ type, content }) => type === 'reasoning' && (content?.length ?? 0) > 0)
          .map(({ content }) => content);
      expect(open(items)).toEqual(expect.arrayContaining(open(theirs.input)));
      expect(items.at(-1)?.type).not.toBe('reasoning');
    }
  });
});
