import type { Agent } from '@majordomo/agent';
import { user, type ChatModel } from '@majordomo/core';
import { pipeSse } from '@majordomo/core/http';
import express, { type Express } from 'express';

/** Selects the agent's events for the screen: text, resets, and tool names. Other events remain on the server. */
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

/** Serves a chat and an agent. `pipeSse` writes to responses of Express, Fastify (`reply.raw`) and node:http. */
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
