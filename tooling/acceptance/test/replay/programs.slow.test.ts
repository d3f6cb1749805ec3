import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCallLog } from '@majordomo/admin';
import { anthropicMessages, startBatchServer, startWireServer, type BatchItem } from '@majordomo/conformance';
import { createMajordomo, toolResult, user } from '@majordomo/core';
import { sqliteStores } from '@majordomo/store-sqlite';
import { inShared } from '@majordomo/test-support';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { toLine, type Trajectory } from '@majordomo/trajectory';
import { expect, it, onTestFinished } from 'vitest';

const MIGRATE = inShared('facts4/replay-migrate.ts');
const PROMPT = inShared('facts4/replay-prompt.ts');
const TIMEOUT = 600_000;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Creates a folder from which programs can import the packages. */
function programFolder(): string {
  const folder = mkdtempSync(join(import.meta.dirname, '.program-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Returns a program with the present names of the packages and of the members of a report. */
const programOf = (file: string): string =>
  readFileSync(file, 'utf8')
    .replace('@majordomo/evals/replay', '@majordomo/replay')
    .replace(
      '{ name, quality, examples } of report.clusters',
      '{ kind: name, quality, examples } of report.kinds',
    );

/** Runs a program in the folder as its own process. */
function run(folder: string, source: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  writeFileSync(join(folder, 'program.ts'), source);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--no-warnings', 'program.ts'],
      { cwd: folder, env: { PATH: process.env['PATH'], ...env } },
      (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
  });
}

const CALLS = 2000;
const USAGE = { input: 400, output: 40, cacheRead: 0, cacheWrite: undefined, reasoning: undefined };
const random = seededRandom(5);
/** Returns words that no other text has. */
const words = (): string => Array.from({ length: 6 }, () => random().toString(36).slice(2)).join(' ');

/** Writes the traffic of a week into the database of a gateway. */
async function writeTraffic(folder: string): Promise<void> {
  await using stores = sqliteStores(join(folder, 'gateway.db'));
  const log = createCallLog({ store: stores.calls, contentOf: () => 'complete' });
  const turns = Array.from({ length: CALLS }, (): Turn => ({ text: 'The right answer.', usage: USAGE }));
  const openai = fakeProvider({ id: 'openai', vendor: 'openai', models: { 'gpt-5.4': turns } });
  const majordomo = createMajordomo({ providers: [openai], onEvent: () => undefined });
  for (let call = 0; call < CALLS; call++) {
    const request = { messages: [user(words())], maxTokens: 100 };
    const view = majordomo.with({ onEvent: (event) => log.onEvent(event, request) });
    await view.model('openai/gpt-5.4').generate(request, {
      tenant: call % 20 === 0 ? 'acme' : 'initech',
      metadata: { conversation: `${call}` },
    });
    // The log keeps a limited number of entries that are not stored.
    if (call % 100 === 0) await log.flush();
  }
  await log.close();
}

/** Answer of each vendor in a batch: the judge knows that the answers are equal. */
const answerInBatch = ({ vendor }: BatchItem): string =>
  vendor === 'anthropic'
    ? JSON.stringify({ reasoning: 'compared', verdict: 'tie' })
    : 'Another right answer.';

/** Two rounds of batches take some minutes, because a job asks its vendor once a minute. */
const isSoak = process.env['SOAK'] === '1';

it.skipIf(!isSoak || !existsSync(MIGRATE))(
  'a program that compares a successor on the traffic of a gateway at the batch price excludes European tenants and writes a page',
  { timeout: TIMEOUT },
  async () => {
    const folder = programFolder();
    await writeTraffic(folder);
    await using server = await startBatchServer({ answer: answerInBatch });
    // The shipped catalog has no price of the model of the program. The budget covers the maximum of all verdicts in one batch.
    const source = programOf(MIGRATE)
      .replace('google/gemini-4-argon', 'google/gemini-3-flash-preview')
      .replace("budgetUsd: '25'", "budgetUsd: '250'");
    const { code, stdout, stderr } = await run(folder, source, {
      OPENAI_API_KEY: 'k1',
      OPENAI_BASE_URL: server.baseURL,
      ANTHROPIC_API_KEY: 'k2',
      ANTHROPIC_BASE_URL: server.url,
      GEMINI_API_KEY: 'k3',
      GOOGLE_GEMINI_BASE_URL: server.url,
    });
    expect({ code, stderr: code === 0 ? '' : `${stderr}${stdout}` }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^1\d{3} calls of \d+ kinds, quality ± 1\.5 %\nlikely \$[\d.]+, at most \$[\d.]+; power \d+ %/,
    );
    expect(stdout).toContain(`${CALLS / 20}`);
    expect(stdout).toMatch(/a gate denies /);
    expect(stdout).toMatch(/: pass\n/);
    expect(server.requests.filter(({ step }) => step === 'live')).toEqual([]);
    expect(readFileSync(join(folder, 'replay.html'), 'utf8')).toContain('<title>');
  },
);

/** Run of an agent that searches once, and answers. */
function trajectory(at: number): Trajectory {
  const question = words();
  return {
    version: 1,
    id: `run-${at}`,
    at: '2026-11-20T00:00:00.000Z',
    spec: 'anthropic/claude-haiku-4-5',
    targets: ['anthropic/claude-haiku-4-5', 'anthropic/claude-haiku-4-5'],
    system: 'Help.',
    tools: [
      {
        name: 'search',
        description: 'Searches.',
        parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
      },
    ],
    messages: [
      user(question),
      {
        role: 'assistant',
        parts: [{ type: 'tool-call', id: '1', name: 'search', args: { query: question } }],
      },
      toolResult({ callId: '1', name: 'search', content: 'Refunds within 30 days.' }),
      { role: 'assistant', parts: [{ type: 'text', text: 'You have 30 days.' }] },
    ],
    usage: undefined,
    outcome: 'answered',
    metadata: {},
  };
}

const RUNS = 60;

it.skipIf(!existsSync(PROMPT))(
  'a program that tries a changed prompt on stored runs fails if the prompt loses the policy, and writes Markdown',
  { timeout: TIMEOUT },
  async () => {
    const folder = programFolder();
    for (const name of ['runs', 'prompts']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'prompts/support.md'), 'Answer briefly.');
    const lines = Array.from({ length: RUNS }, (_, at) => `${toLine(trajectory(at))}\n`);
    writeFileSync(join(folder, 'runs/success.1.jsonl'), lines.join(''));
    await using server = await startWireServer({
      wire: anthropicMessages,
      script: ({ request }) => {
        const { messages, system } = request as {
          readonly messages: readonly object[];
          readonly system?: unknown;
        };
        if (!JSON.stringify(system ?? '').includes('briefly'))
          return { text: JSON.stringify({ reasoning: 'compared', verdict: 'tie' }), usage: USAGE };
        return messages.length === 1
          ? { toolCalls: [{ name: 'search', args: { query: 'in other words' } }], usage: USAGE }
          : { text: 'Ask the support.', usage: USAGE };
      },
    });
    const { code, stdout, stderr } = await run(folder, programOf(PROMPT), {
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_BASE_URL: server.url,
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^support-prompt: fail\n/);
    expect(stdout).not.toMatch(/other-arguments: search/);
    expect(stdout).toContain('after a tool');
    expect(readFileSync(join(folder, 'replay.md'), 'utf8')).toContain('fail');
  },
);
