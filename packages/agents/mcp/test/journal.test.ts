import { createAgent, type RunState } from '@majordomo/agent';
import { journaled, type Journal } from '@majordomo/agent/durable';
import { begin } from '@majordomo/agent/steps';
import { replayRun } from '@majordomo/conformance';
import { inputRequired } from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { McpReply } from '../src/index.ts';
import { modelOf } from './support/in-process.ts';
import { modernServer, type RpcRequest } from './support/modern-server.ts';
import { testToolbox } from './support/world.ts';

/** Runs an agent that calls `slow`, in one process per journal entry. Each process has its own connection. */
async function runInProcesses(url: string, answers: Readonly<Record<string, McpReply>>) {
  const turns = [{ toolCalls: [{ id: 'c1', name: 'slow', args: {} }] }, 'done'];
  const vendor = modelOf(turns);
  const { value, entries } = await replayRun(async ({ step }) => {
    const suspend = ['elicitation', 'task'] as const;
    const box = await testToolbox({ name: 'm', prefix: '', place: { url }, protocol: 'auto', suspend });
    const agent = createAgent({ model: vendor.model, toolboxes: [box] });
    const journal: Journal = {
      runId: 'r',
      signal: new AbortController().signal,
      step,
      decision: () => Promise.reject(new Error('the toolbox decides')),
    };
    const settle = (_calls: unknown, state: RunState) =>
      step('settle', async () => {
        for (;;) {
          const settled = await box.settle(state, answers);
          if (settled.decisions.length > 0) return settled.decisions;
        }
      });
    return agent.drive(begin('go'), { ...journaled(agent, journal), decisions: settle });
  });
  return { text: value.text, results: JSON.stringify(value.messages[2]), entries, vendor };
}

const ENTRIES = ['ask 1', 'approval 1 c1', 'tool r/1/c1', 'settle', 'ask 2'];
const methodsOf = (requests: readonly RpcRequest[], prefix: string): readonly (string | undefined)[] =>
  requests.map(({ method }) => method).filter((method) => method?.startsWith(prefix) === true);

it('a question on a journal is asked once and answered once, whatever process continues', async () => {
  const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } } as const;
  const { url, requests } = await modernServer((server) => {
    server.registerTool('slow', { inputSchema: z.object({}) }, (_args, { mcpReq }) => {
      const answer = mcpReq.inputResponses?.['who'] as { content?: { name: string } } | undefined;
      if (answer !== undefined)
        return { content: [{ type: 'text', text: `Hi ${answer.content?.name ?? ''}` }] };
      const who = inputRequired.elicit({
        mode: 'form',
        message: 'Who?',
        requestedSchema,
      });
      return inputRequired({ inputRequests: { who } });
    });
  });
  const answers: Record<string, McpReply> = { c1: { action: 'accept', content: { name: 'Ann' } } };
  const { text, results, entries, vendor } = await runInProcesses(url, answers);
  expect([text, vendor.requests.length]).toEqual(['done', 2]);
  expect(results).toContain('Hi Ann');
  expect(entries).toEqual(ENTRIES);
  expect(methodsOf(requests, 'tools/call')).toHaveLength(2);
});

it('a task on a journal is started once, and its result is read by a later process', async () => {
  const task = { taskId: 't1', ttlMs: 60_000, pollIntervalMs: 100 };
  const states = [
    { status: 'working' },
    { status: 'completed', result: { content: [{ type: 'text', text: 'report' }] } },
  ];
  const { url, requests } = await modernServer(
    (server) => {
      server.registerTool('slow', { inputSchema: z.object({}) }, () => ({ content: [] }));
    },
    ({ method }) => {
      if (method === 'tools/call') return { resultType: 'task', status: 'working', ...task };
      if (method === 'tasks/get')
        return { resultType: 'complete', ...task, ...(states.length > 1 ? states.shift() : states[0]) };
      return undefined;
    },
  );
  const { text, results, entries, vendor } = await runInProcesses(url, {});
  expect([text, vendor.requests.length]).toEqual(['done', 2]);
  expect(results).toContain('report');
  expect(entries).toEqual(ENTRIES);
  expect(methodsOf(requests, 't')).toEqual(expect.arrayContaining(['tasks/get', 'tasks/get']));
  expect(methodsOf(requests, 'tools/call')).toHaveLength(1);
});
