import { HttpAgent } from '@ag-ui/client';
import { createBackground, type ChatJob, type RecordStore } from '@majordomo/background';
import { startJobServer, type JobServer } from '@majordomo/conformance';
import { createMajordomo, user } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { memoryRecords } from '@majordomo/records';
import { expect, it } from 'vitest';
import { agUiResponse, fromAgUi } from '../src/ag-ui.ts';
import { uiMessageResponse } from '../src/index.ts';
import { openPage, textOf, VERSIONS, type Version } from './support/page.ts';

const TEXT = 'A long answer with an emoji 😀 and somemorewordswithoutanyspaceinbetween, and an end.';
const PLAN = {
  answer: {
    parts: [
      { type: 'reasoning', text: 'I think.' },
      { type: 'text', text: TEXT },
    ],
  },
} as const;

/** Returns the jobs of one process. */
const jobsOf = (server: JobServer, records: RecordStore) =>
  createBackground({
    majordomo: createMajordomo({ providers: [createOpenAI({ apiKey: 'k', baseURL: server.baseURL })] }),
    records,
  });

/** Returns the handler of a chat whose answers are jobs, in one process. */
function chatServer(server: JobServer, records: RecordStore, version: Version) {
  const background = jobsOf(server, records);
  const respond = (job: ChatJob, { signal }: Request): Response =>
    uiMessageResponse(job.stream({ signal }), { aiSdk: version, messageId: 'answer', signal });
  return async (request: Request): Promise<Response> => {
    if (request.method === 'GET') {
      const [, , , id = ''] = new URL(request.url).pathname.split('/');
      const job = await background.open(id).catch(() => undefined);
      return job === undefined ? new Response(null, { status: 204 }) : respond(job, request);
    }
    const { id } = (await request.json()) as { readonly id: string };
    const model = background.model('openai/gpt-5.4');
    return respond(await model.start({ messages: [user('hi')] }, { key: id }), request);
  };
}

it.each(VERSIONS)(
  'a page of version %i shows the answer of a job after a reload, from another process',
  async (version) => {
    await using server = await startJobServer({ plan: () => ({ ...PLAN, holdAt: 14 }) });
    const records = memoryRecords();
    const page = openPage(version, chatServer(server, records, version));
    const sending = page.chat.sendMessage({ text: 'hi' });
    await expect.poll(() => page.screens.at(-1)).toMatch(/^A/);
    const reloaded = openPage(version, chatServer(server, records, version), {
      messages: page.chat.messages.slice(0, 1),
    });
    await page.chat.stop();
    await sending;
    const resuming = reloaded.chat.resumeStream();
    await expect.poll(() => reloaded.screens.at(-1)).toMatch(/^A/);
    expect(textOf(reloaded.last())).not.toBe(TEXT);
    server.jobs[0]?.release();
    await resuming;
    expect(reloaded.chat).toMatchObject({ status: 'ready', error: undefined });
    expect(textOf(reloaded.last())).toBe(TEXT);
    const again = openPage(version, chatServer(server, records, version), {
      messages: page.chat.messages.slice(0, 1),
    });
    await again.chat.resumeStream();
    expect(again.last()).toEqual(reloaded.last());
    expect(again.screens.every((screen) => TEXT.startsWith(screen))).toBe(true);
    expect(server.requests.filter(({ step }) => step === 'start')).toHaveLength(1);
  },
);

it('a page without an answer resumes nothing', async () => {
  await using server = await startJobServer();
  const page = openPage(7, chatServer(server, memoryRecords(), 7));
  await page.chat.resumeStream();
  expect(page.chat).toMatchObject({ status: 'ready', messages: [] });
});

it('a client of AG-UI shows the answer of a job, also after a reload', async () => {
  await using server = await startJobServer({ plan: () => PLAN });
  const background = jobsOf(server, memoryRecords());
  const fetch = async (_url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const input = await fromAgUi(JSON.parse(String(init.body)));
    const job = await background.model('openai/gpt-5.4').start({ messages: [user('hi')] }, { key: 't' });
    return agUiResponse(job.stream(), { input });
  };
  const shown = [];
  for (let reading = 0; reading < 2; reading++) {
    const client = new HttpAgent({ url: 'http://chat.test/', threadId: 't', fetch });
    client.addMessage({ id: 'u', role: 'user', content: 'hi' });
    await client.runAgent();
    shown.push(client.messages.map(({ role, content }) => ({ role, content })));
  }
  expect(shown[0]).toMatchObject([
    { role: 'user' },
    { role: 'reasoning' },
    { role: 'assistant', content: TEXT },
  ]);
  expect(shown[1]).toEqual(shown[0]);
  expect(server.requests.filter(({ step }) => step === 'start')).toHaveLength(1);
});
