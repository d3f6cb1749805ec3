// Stores of runs with the same functions: run to the end (returns the time in ms if the caller cannot measure it), measure the
// size on disk, start a run, kill its process and let another process finish it, close.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { createRuns } from '@majordomo/agent';
import { runJournaled, watchRun } from '@majordomo/agent/durable';
import { dbosAgent } from '@majordomo/durable-dbos';
import { restateAgentClient } from '@majordomo/durable-restate';
import { freePorts, startPostgres, startRedis, startRestate } from '@majordomo/services';
import { redisStores } from '@majordomo/store-redis';
import { sqliteStores } from '@majordomo/store-sqlite';
import { Redis } from 'ioredis';
import { turningAgent } from './agent.mjs';

const signal = new AbortController().signal;

export async function inMemory() {
  const agent = turningAgent();
  return { run: (_id, input) => agent.run(input), bytes: () => undefined, close: () => undefined };
}

/** Saves the run before each model call, like the worker in the examples. */
export async function onSqlite() {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-bench-'));
  const stores = sqliteStores(join(folder, 'runs.db'));
  const runs = createRuns({ records: stores.records });
  const agent = turningAgent();
  return {
    async run(id, input) {
      await runs.save(id, agent.begin(input));
      const effects = agent.effects({ runId: id, signal });
      const callModel = async (now, turn) => {
        await runs.save(id, now);
        await runs.load(id);
        return effects.callModel(now, turn);
      };
      const state = await runs.load(id);
      const { state: end } = await agent.drive(state, { ...effects, callModel, decisions: async () => [] });
      await runs.save(id, end);
    },
    bytes: () => sizeOf(folder),
    async close() {
      await stores.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Stores nothing. Publishes the events of a run on Redis, where one client watches. */
export async function toldOnRedis() {
  const redis = await startRedis();
  const clients = [new Redis(redis.url), new Redis(redis.url)];
  const { channel } = redisStores({ client: clients[0], subscriber: clients[1], timeoutMs: 10_000 });
  const agent = turningAgent();
  return {
    async run(runId, input) {
      const events = await watchRun(channel, runId);
      const journal = { runId, signal, step: (_name, effect) => effect(), toEngineError: (error) => error };
      const running = runJournaled(agent, input, journal, { channel });
      await Array.fromAsync(events);
      await running;
    },
    bytes: () => undefined,
    async close() {
      for (const client of clients) client.disconnect();
      await redis.stop();
    },
  };
}

export async function onRestate() {
  const restate = await startRestate();
  const [port] = await freePorts(1);
  let worker = await startWorker('restate', port);
  await restate.register(`http://127.0.0.1:${port}`);
  const runs = restateAgentClient('turns', { ingress: restate.ingress });
  return {
    async run(id, input) {
      await runs.start(id, input);
      await runs.result(id);
    },
    bytes: () => sizeOf(restate.folder),
    async resume(id, input) {
      await runs.start(id, `${input} waits`);
      await runs.awaiting(id);
      await killed(worker);
      const began = performance.now();
      const deciding = runs.decide(id, { callId: lastCall(input), approve: true });
      worker = await startWorker('restate', port);
      const ready = performance.now();
      await deciding;
      await runs.result(id);
      return { all: performance.now() - began, start: ready - began };
    },
    async close() {
      await killed(worker);
      await restate.stop();
    },
  };
}

export async function onDbos() {
  const postgres = await startPostgres({ fsync: true });
  const url = `${postgres.url}_dbos`;
  let began = 0;
  let ended = 0;
  // The waiting client polls every 100 ms. This time is not part of a turn.
  const runs = dbosAgent('turns', turningAgent(), {
    onStepStart: ({ step }) => {
      if (step === 1) began = performance.now();
    },
    onStep: () => {
      ended = performance.now();
    },
  });
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: url,
    executorID: 'bench',
    applicationVersion: '1',
    logLevel: 'error',
  });
  await DBOS.launch();
  return {
    async run(id, input) {
      await runs.start(id, input);
      await runs.result(id);
      return ended - began;
    },
    bytes: () => sizeOf(join(postgres.folder, 'data', 'base')),
    async resume(id, input) {
      const dead = await startWorker('dbos', url, id, `${input} waits`);
      await runs.awaiting(id);
      await killed(dead);
      const killedAt = performance.now();
      const worker = await startWorker('dbos', url);
      const ready = performance.now();
      await runs.decide(id, { callId: lastCall(input), approve: true });
      await runs.result(id);
      const all = performance.now() - killedAt;
      await killed(worker);
      return { all, start: ready - killedAt };
    },
    async close() {
      await DBOS.shutdown();
      await postgres.stop();
    },
  };
}

const lastCall = (input) => `${Number.parseInt(input, 10) - 1}`;

async function startWorker(...args) {
  const script = new URL('worker.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface(child.stdout);
  for await (const line of lines) if (line === 'ready') break;
  child.stdout.resume();
  return child;
}

async function killed(child) {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Returns the size on disk, in bytes. */
const sizeOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'server.log')
    .reduce((sum, { parentPath, name }) => sum + sizeNow(join(parentPath, name)), 0);

const sizeNow = (file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
