import { HttpAgent, type Message as ClientMessage, type RunAgentParameters } from '@ag-ui/client';
import { createAgent, type RunState, type Tool } from '@majordomo/agent';
import { LlmError, type Message } from '@majordomo/core';
import type { FakeProvider, Turn } from '@majordomo/testing';
import { agUiResponse, fromAgUi } from '../../src/ag-ui.ts';
import type { UiEnd } from '../../src/index.ts';
import { SECRET } from './approval-server.ts';
import { chain } from './world.ts';

/** Tool that the page offers. */
export const LOCATE = {
  name: 'locate',
  description: 'Place of the user',
  parameters: { type: 'object', properties: { precise: { type: 'boolean' } } },
};

interface PageSetup {
  readonly serverTools?: readonly Tool[];
  readonly isStored: boolean;
}

interface Page {
  readonly http: HttpAgent;
  readonly ends: readonly UiEnd[];
  /** Outcomes of the responses. */
  readonly finished: readonly unknown[];
  requests(): FakeProvider['requests'];
  run(resume?: RunAgentParameters['resume']): Promise<unknown>;
  say(text: string): Promise<unknown>;
  /** Adds the result of a call, as a page does before it sends the next request. */
  answer(toolCallId: string, content: string, error?: string): void;
  /** Answers all approval requests. */
  approve(approved: boolean): Promise<unknown>;
}

/** Creates a page with tools, whose `fetch` calls a server in the test. The client verifies all events. */
export function pageWithTools(
  { serverTools = [], isStored }: PageSetup,
  ...scripts: readonly (readonly Turn[])[]
): Page {
  const { model, providers } = chain(...scripts);
  const ends: UiEnd[] = [];
  let stored: RunState | readonly Message[] = [];
  const finished: unknown[] = [];
  const fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    try {
      const signing = isStored ? {} : { secret: SECRET };
      const body: unknown = JSON.parse(init.body as string);
      const input = await fromAgUi(body, { ...signing, ...(isStored && { stored }), serverTools });
      const agent = createAgent({ model, tools: [...serverTools, ...input.tools] });
      const events = agent.stream(input.run, { decisions: input.decisions, afterCommit: 'restart' });
      const onEnd = (end: UiEnd): void => {
        ends.push(end);
        stored = end.outcome === 'awaiting' && end.state !== undefined ? end.state : end.messages;
      };
      return agUiResponse(events, { input, onEnd, ...signing });
    } catch (error) {
      if (LlmError.is(error, 'invalid-request')) return new Response(error.message, { status: 400 });
      throw error;
    }
  };
  const http = new HttpAgent({ url: 'http://chat.test/', threadId: 't', fetch });
  http.subscribe({ onRunFinishedEvent: ({ event }) => void finished.push(event.outcome) });
  const run = (resume?: RunAgentParameters['resume']): Promise<unknown> =>
    http.runAgent({ tools: [LOCATE], ...(resume && { resume }) });
  return {
    http,
    ends,
    finished,
    requests: () => providers.flatMap(({ requests }) => requests),
    run,
    say(text: string) {
      http.addMessage({ id: `u-${http.messages.length}`, role: 'user', content: text });
      return run();
    },
    answer(toolCallId: string, content: string, error?: string): void {
      const message: ClientMessage = { id: `r-${toolCallId}`, role: 'tool', toolCallId, content };
      http.addMessage(error === undefined ? message : { ...message, error });
    },
    approve: (approved: boolean) =>
      run(
        http.pendingInterrupts.map(({ id }) => {
          return { interruptId: id, status: 'resolved', payload: { approved } };
        }),
      ),
  };
}
