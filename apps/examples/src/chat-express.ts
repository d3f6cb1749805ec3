import type { Agent } from '@majordomo/agent';
import { user, type ChatModel } from '@majordomo/core';
import { pipeSse } from '@majordomo/core/http';
import express, { type Express } from 'express';

/** What the screen shows of an agent: words, and the names of the tools that it uses. Its other events stay here. */
function shown(event: unknown): object | undefined {
  const {
    type,
    event: inner,
    call,
  } = event as {
    type: string;
    event?: { type: string; text?: string };
    call?: { name: string };
  };
  if (type === 'tool-start') return { type: 'tool', name: call?.name };
  return inner?.type === 'text-delta' || inner?.type === 'reset'
    ? { type: inner.type, text: inner.text }
    : undefined;
}

/** `pipeSse` writes into what Node's servers hand to a handler: Express, Fastify (`reply.raw`), node:http. */
export const expressChat = (model: ChatModel, agent: Agent): Express =>
  express()
    .use(express.text())
    .post('/chat', async (request, response) => {
      await pipeSse(model.stream({ messages: [user(String(request.body))] }), response, {
        onError: console.error,
      });
    })
    .post('/agent', async (request, response) => {
      await pipeSse(agent.stream(String(request.body)), response, { map: shown, onError: console.error });
    });
