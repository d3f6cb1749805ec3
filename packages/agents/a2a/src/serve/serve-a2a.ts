import { AGENT_CARD_PATH, AgentCard, type Task } from '@a2a-js/sdk';
import type { ServerCallContext } from '@a2a-js/sdk/server';
import { LlmError, systemClock } from '@majordomo/core';
import { checkOptions, notify } from '@majordomo/core/toolkit';
import { memoryRecords } from '@majordomo/records';
import { fetchAt, systemResolve } from '@majordomo/wire-kit/internal';
import { cardOf } from './card.ts';
import { CheckedTasks } from './checked-tasks.ts';
import { RunExecutor } from './executor.ts';
import { KINDS, type A2aCaller, type A2aServer, type ServeA2aOptions } from './options.ts';
import { LostRuns } from './lost-runs.ts';
import { Webhooks, type PushIo } from './push.ts';
import { errorResponse, RpcEndpoint } from './rpc.ts';
import { RunRecords } from './run-records.ts';
import { StoredTasks } from './stored-tasks.ts';
import { TaskHandler } from './task-handler.ts';

/** Maximum number of tasks, of runs, of conversations and of tasks with webhooks in memory. */
const MAX_RUNS = 1000;

/**
 * Serves an agent over A2A 1.0 (JSON-RPC) at the path of `url`, and its card at `/.well-known/agent-card.json`. Each task is a run
 * of the agent, and a `contextId` is a conversation. Calls that wait for an approval or a result require input of the client.
 * Throws `config` for invalid options.
 *
 * @example
 * const server = serveA2a({
 *   agent,
 *   url: 'https://support.example.com/a2a',
 *   card: { name: 'Support', description: 'Answers questions of customers', version: '1.0.0' },
 *   authorize: ({ headers }) => callers.get(headers.get('authorization')),
 *   records: sqliteStores('a2a.db').records,
 * });
 */
export function serveA2a(options: ServeA2aOptions): A2aServer {
  return newServer(options, { resolve: systemResolve, fetchAt });
}

/** Creates a server. Tests replace the functions that reach hosts of webhooks. */
export function newServer(options: ServeA2aOptions, hosts: Pick<PushIo, 'resolve' | 'fetchAt'>): A2aServer {
  checkOptions('serveA2a', options, KINDS, ['agent', 'url', 'card', 'authorize']);
  const { url, clock = systemClock, onError, authorize } = options;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new LlmError('config', 'serveA2a: url must be an http or https address', { path: 'url' });
  const { pathname } = new URL(url);
  const card = cardOf(options);
  const store = options.records ?? memoryRecords({ maxRecords: MAX_RUNS, clock });
  const records = new RunRecords(store, clock);
  // The executor, which needs the tasks, is created below. The tasks are read only after that.
  const isRunning = (taskId: string): boolean => executor.isRunning(taskId);
  const webhooks = new Webhooks({ options, records: store, resolve: hosts.resolve, fetchAt: hosts.fetchAt });
  const onLost = (task: Task, context: ServerCallContext): Promise<void> =>
    webhooks.sendStatus(task, context);
  const checks = { records, isRunning, onLost, onError, clock };
  const tasks = new CheckedTasks(options.tasks ?? new StoredTasks(store), checks);
  // Without webhooks, only a client that reads a task must learn that its run is lost, and `CheckedTasks` checks that.
  const lostRuns = options.push && new LostRuns({ records, tasks, clock, onError });
  const executor = new RunExecutor({ options, tasks, records, clock, onError });
  const handler = new TaskHandler({
    card,
    tasks,
    records,
    executor,
    clock,
    webhooks,
    maxRunning: options.maxRunning,
  });
  const endpoint = new RpcEndpoint(card, handler, options);
  let isClosed = false;
  return {
    async fetch(request) {
      lostRuns?.search();
      const { pathname: path } = new URL(request.url);
      if (path === `/${AGENT_CARD_PATH}` && request.method === 'GET')
        return Response.json(AgentCard.toJSON(card));
      if (path !== pathname) return errorResponse(404, 'unknown path');
      if (request.method !== 'POST') return errorResponse(405, 'send a POST request', { allow: 'POST' });
      if (isClosed) return errorResponse(503, 'the server was closed');
      try {
        const caller = await authorize(request);
        if (!isCaller(caller))
          return errorResponse(401, 'the request is not authorized', { 'www-authenticate': 'Bearer' });
        return await endpoint.answer(request, caller);
      } catch (error) {
        notify(onError, error);
        return errorResponse(500, 'the server failed; its log contains the reason');
      }
    },
    async close() {
      isClosed = true;
      lostRuns?.close();
      // The ends of the runs end the streams, and both still send notifications, so the webhooks are last.
      await executor.close(new LlmError('aborted', 'the server was closed'));
      await endpoint.close();
      await webhooks.close();
    },
  };
}

const isCaller = (caller: A2aCaller | undefined): caller is A2aCaller =>
  typeof caller?.user === 'string' && caller.user !== '';
