import { existsSync } from 'node:fs';
import { createRuns, RunError, type Decision, type RunResult, type UnknownCall } from '@majordomo/agent';
import { callsThatWait, unknownCalls } from '@majordomo/agent/steps';
import { LlmError } from '@majordomo/core';
import { sqliteStores } from '@majordomo/store-sqlite';
import { shopAgent } from './agent.ts';
import { agentModel } from './model.ts';

if (existsSync('.env')) process.loadEnvFile();
const [command = 'ask', id = '7'] = process.argv.slice(2);
const stores = sqliteStores('runs.sqlite');
const runs = createRuns({ records: stores.records });
const agent = shopAgent(agentModel(process.env));

/** Decisions on a call that waits for an approval, by command. */
const DECISIONS = new Map<string, (callId: string) => Decision>([
  ['approve', (callId) => ({ callId, approve: true })],
  ['deny', (callId) => ({ callId, deny: 'A person refused the refund.' })],
]);
/** Decisions on a call that was started, and whose result is unknown, by command. */
const SETTLEMENTS = new Map<string, (callId: string) => Decision>([
  ['done', (callId) => ({ callId, result: 'The order was refunded.' })],
  ['not-done', (callId) => ({ callId, notDone: true })],
]);

/** Starts a run, and stores it if a call waits for a decision. `load` locks a run, until `release`, `save` or `remove`. */
async function ask(): Promise<void> {
  const state = await runs.load(id, { agent });
  if (state !== undefined) {
    await runs.release(id);
    fail(`a run of order ${id} waits\n${instructions(unknownCalls(state))}`);
    return;
  }
  const question = `My lamp from order ${id} is broken. I want my money back.`;
  console.log(`customer: ${question}`);
  await end(await agent.run(question).catch(saveFailed));
}

/** Continues the stored run, possibly in another process than the one that started it. */
async function decide(): Promise<void> {
  const state = await runs.load(id, { agent });
  if (state === undefined) {
    fail(`no run of order ${id} waits; start one with: npm start -- ask ${id}`);
    return;
  }
  const unknown = unknownCalls(state);
  const decisionOf = (unknown.length > 0 ? SETTLEMENTS : DECISIONS).get(command);
  if (decisionOf === undefined) {
    await runs.release(id);
    fail(`the run of order ${id} does not wait for the command ${command}\n${instructions(unknown)}`);
    return;
  }
  const calls = unknown.length > 0 ? unknown : callsThatWait(state);
  const decisions = calls.map((call) => decisionOf(call.id));
  // The records admit each refund only once, also if two processes continue the run.
  await end(await agent.run(state, { decisions, records: stores.records }).catch(saveFailed));
}

/** Stores a run that failed, with the results of its tools, so that `approve` continues it. */
async function saveFailed(error: unknown): Promise<never> {
  if (error instanceof RunError) await runs.save(id, error.state);
  throw error;
}

async function end({ text, awaiting, unknown, done, state }: RunResult): Promise<void> {
  if (done === undefined) {
    await runs.save(id, state);
    if (unknown.length === 0)
      for (const { name, args } of awaiting)
        console.log(`waits for approval: ${name} ${JSON.stringify(args)}`);
    console.log(instructions(unknown));
    return;
  }
  await runs.remove(id);
  console.log(`agent: ${text}`);
}

function instructions(unknown: readonly UnknownCall[]): string {
  if (unknown.length === 0) return `Decide with: npm start -- approve ${id}, or: npm start -- deny ${id}`;
  return [
    ...unknown.map(
      ({ name, key }) =>
        `The result of ${name} is unknown: it was started with the key ${key}, and did not end.`,
    ),
    `Look for this key at the payment service. If the refund took place: npm start -- done ${id}, otherwise: npm start -- not-done ${id}`,
  ].join('\n');
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

try {
  if (command === 'ask') await ask();
  else if (DECISIONS.has(command) || SETTLEMENTS.has(command)) await decide();
  else
    fail(`unknown command ${command}; use ask, approve, deny, done or not-done, and the number of an order`);
} catch (error) {
  if (!LlmError.is(error, 'denied')) throw error;
  const { retryAfterMs } = error.details;
  const remedy = `if it has ended, repeat the command in ${Math.ceil((retryAfterMs ?? 0) / 1000)} s`;
  fail(retryAfterMs === undefined ? error.message : `another process works on order ${id}; ${remedy}`);
} finally {
  await stores.close();
}
