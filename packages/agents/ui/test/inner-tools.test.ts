import { HttpAgent } from '@ag-ui/client';
import { agentTool, createAgent, type RunState } from '@majordomo/agent';
import { type Message } from '@majordomo/core';
import { type FakeProvider, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { agUiResponse, fromAgUi } from '../src/ag-ui.ts';
import { LOCATE } from './support/ag-ui-page.ts';
import { chain } from './support/world.ts';

const locate = (id: string) => ({ id, name: 'locate', args: { precise: true } });
const callGuide = (id: string) => ({ id, name: 'guide', args: { task: 'Where am I?' } });

/** Page whose tools a sub-agent of the server calls. The client verifies all events. */
function pageWithGuide(outer: readonly Turn[], inner: readonly Turn[]) {
  const front = chain(outer);
  const guide = chain(inner);
  const finished: unknown[] = [];
  let stored: RunState | readonly Message[] = [];
  const fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    const input = await fromAgUi(JSON.parse(init.body as string), { stored });
    const tool = agentTool({
      name: 'guide',
      description: 'Knows places',
      agent: createAgent({ model: guide.model, tools: input.tools }),
    });
    const events = createAgent({ model: front.model, tools: [tool] }).stream(input.run, {
      decisions: input.decisions,
    });
    return agUiResponse(events, {
      input,
      onEnd: ({ outcome, state, messages }) => {
        stored = outcome === 'awaiting' && state !== undefined ? state : messages;
      },
    });
  };
  const http = new HttpAgent({ url: 'http://chat.test/', threadId: 't', fetch });
  http.subscribe({ onRunFinishedEvent: ({ event }) => void finished.push(event.outcome) });
  const requestsOf = ({ providers }: { readonly providers: readonly FakeProvider[] }) =>
    providers.flatMap(({ requests }) => requests);
  return {
    http,
    finished,
    outer: () => requestsOf(front),
    inner: () => requestsOf(guide),
    run: () => http.runAgent({ tools: [LOCATE] }),
  };
}

/** Returns the calls that the page shows and that have no result. */
function openCalls(http: HttpAgent) {
  const results = new Set(
    http.messages.map((message) => ('toolCallId' in message ? message.toolCallId : '')),
  );
  const calls = http.messages.flatMap((message) =>
    message.role === 'assistant' ? (message.toolCalls ?? []) : [],
  );
  return calls.filter(({ id }) => !results.has(id));
}

it.each([1, 2])('a sub-agent receives the results of %i tools of the page', async (count) => {
  const ids = ['i1', 'i2'].slice(0, count);
  const page = pageWithGuide(
    [{ toolCalls: [callGuide('c1')] }, 'You are in Oslo.', 'Bye.'],
    [{ toolCalls: ids.map(locate) }, 'Oslo, Norway'],
  );
  page.http.addMessage({ id: 'u1', role: 'user', content: 'Where am I?' });
  await page.run();
  const paths = ids.map((id) => `c1/${id}`);
  expect(page.finished).toEqual([{ type: 'success', pendingToolCallIds: paths }]);
  const waiting = openCalls(page.http).filter(({ function: { name } }) => name === 'locate');
  expect(waiting.map(({ id, function: { arguments: args } }) => [id, args])).toEqual(
    paths.map((id) => [id, '{"precise":true}']),
  );
  for (const toolCallId of paths)
    page.http.addMessage({ id: `r-${toolCallId}`, role: 'tool', toolCallId, content: `Oslo ${toolCallId}` });
  await page.run();
  expect(page.finished[1]).toEqual({ type: 'success' });
  expect(JSON.stringify(page.inner()[1]?.request.messages.at(-1))).toContain('Oslo c1/i1');
  expect(JSON.stringify(page.outer()[1]?.request.messages.at(-1))).toContain('Oslo, Norway');
  expect(openCalls(page.http)).toEqual([]);
  // The conversation continues.
  page.http.addMessage({ id: 'u2', role: 'user', content: 'Thanks' });
  await page.run();
  expect(page.finished[2]).toEqual({ type: 'success' });
  expect(page.http.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'Bye.' });
  expect(page.outer()[2]?.request.messages.map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'assistant',
    'user',
  ]);
});
