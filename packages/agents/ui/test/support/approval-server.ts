import { createAgent, type RunState, type Tool } from '@majordomo/agent';
import { LlmError, type Message } from '@majordomo/core';
import { fakeClock, type FakeClock, type Turn } from '@majordomo/testing';
import { fromUiMessages, uiMessageResponse, type UiEnd } from '../../src/index.ts';
import { chain, tool } from './world.ts';
import type { Version } from './page.ts';

export const SECRET = 'a secret of at least 32 random bytes';

/** Endpoint of an agent with a tool `pay` that requires approval. */
export interface ApprovalServer {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Calls of `pay` that ran: arguments and key. */
  readonly payments: { readonly args: unknown; readonly key: string }[];
  /** Bodies of requests, as the page sent them. */
  readonly bodies: { readonly id: string; readonly messages: PageMessages }[];
  readonly ends: UiEnd[];
  readonly clock: FakeClock;
  /** Transcripts that the model received. */
  requests(): readonly (readonly Message[])[];
  stored: RunState | readonly Message[];
}

/** Tool part of a page. A test may give its members any value. */
export interface PagePart {
  [name: string]: unknown;
  approval: { id: string; approved: unknown };
  input: Record<string, unknown>;
}

export type PageMessages = { id: string; role: string; parts: Partial<PagePart>[] }[];

export function approvalServer(
  version: Version,
  mode: 'signed' | 'stored',
  turns: readonly Turn[],
  tools: readonly Tool[] = [],
  approvalTtlMs?: number,
): ApprovalServer {
  const clock = fakeClock();
  const { model, providers } = chain(turns);
  const payments: ApprovalServer['payments'] = [];
  const pay = tool(
    'pay',
    (args, { key }) => {
      payments.push({ args, key });
      return 'paid';
    },
    { approval: true },
  );
  const agent = createAgent({ model, tools: [pay, ...tools] });
  const server: ApprovalServer = {
    payments,
    bodies: [],
    ends: [],
    clock,
    stored: [],
    requests: () => providers[0]?.requests.map(({ request }) => request.messages) ?? [],
    async fetch(request) {
      const body = (await request.json()) as ApprovalServer['bodies'][number];
      server.bodies.push(structuredClone(body));
      const approvals = mode === 'signed' ? { secret: SECRET, chatId: body.id } : {};
      const stored = mode === 'stored' ? { stored: server.stored } : {};
      try {
        const input = await fromUiMessages(body.messages, { ...approvals, ...stored, clock });
        const events = agent.stream(input.run, { decisions: input.decisions });
        const onEnd = (end: UiEnd): void => {
          server.ends.push(end);
          server.stored = end.outcome === 'awaiting' && end.state !== undefined ? end.state : end.messages;
        };
        return uiMessageResponse(events, {
          ...approvals,
          aiSdk: version,
          input,
          clock,
          approvalTtlMs,
          onEnd,
        });
      } catch (error) {
        if (LlmError.is(error, 'invalid-request')) return new Response(error.message, { status: 400 });
        throw error;
      }
    },
  };
  return server;
}
