import { existsSync } from 'node:fs';
import type { Decision, RunResult } from '@majordomo/agent';
import { sqliteStores } from '@majordomo/store-sqlite';
import { shopAgent } from './agent.ts';
import { agentModel } from './model.ts';

if (existsSync('.env')) process.loadEnvFile();
const [command = 'ask', id = '7'] = process.argv.slice(2);
const stores = sqliteStores('runs.sqlite');
const agent = shopAgent(agentModel(process.env));

/** Starts a run, and stores it if a call waits for an approval. */
async function ask(): Promise<void> {
  if ((await stores.runs.load(id)) !== undefined) {
    await stores.runs.release(id);
    fail(`a run of order ${id} waits; decide with: npm start -- approve ${id}, or: npm start -- deny ${id}`);
    return;
  }
  const question = `My lamp from order ${id} is broken. I want my money back.`;
  console.log(`customer: ${question}`);
  await end(await agent.run(question));
}

/** Continues the stored run, possibly in another process than the one that started it. */
async function decide(isApproved: boolean): Promise<void> {
  const state = await stores.runs.load(id);
  if (state === undefined) {
    fail(`no run of order ${id} waits; start one with: npm start -- ask ${id}`);
    return;
  }
  const decisions = state.pending.map(({ id: callId }): Decision =>
    isApproved ? { callId, approve: true } : { callId, deny: 'A person refused the refund.' },
  );
  await end(await agent.run(state, { decisions, claim: stores.claims }));
}

async function end({ text, awaiting, done, state }: RunResult): Promise<void> {
  for (const { name, args } of awaiting) console.log(`waits for approval: ${name} ${JSON.stringify(args)}`);
  if (done === undefined) {
    await stores.runs.save(id, state);
    console.log(`Decide with: npm start -- approve ${id}, or: npm start -- deny ${id}`);
    return;
  }
  await stores.runs.remove(id);
  console.log(`agent: ${text}`);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

try {
  if (command === 'ask') await ask();
  else if (command === 'approve' || command === 'deny') await decide(command === 'approve');
  else fail(`unknown command ${command}; use ask, approve or deny, and the number of an order`);
} finally {
  await stores.close();
}
