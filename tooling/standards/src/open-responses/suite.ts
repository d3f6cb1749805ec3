import {
  anthropicMessages,
  geminiGenerate,
  openaiResponses,
  startWireServer,
  type Exchange,
  type Wire,
} from '@majordomo/conformance';
import { createMajordomo, type Provider } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import { memoryRecords } from '@majordomo/records';
import type { CaseResult, Suite } from '../suite.ts';
import { CASES, type Send } from './cases.ts';
import { type Json, problemsOfEvents, problemsOfResponse } from './shape.ts';

/** Vendor behind the gateway. */
interface Backend {
  readonly name: string;
  readonly wire: Wire;
  readonly spec: string;
  readonly open: (options: { readonly apiKey: string; readonly baseURL: string }) => Provider;
}

const BACKENDS: readonly Backend[] = [
  { name: 'openai', wire: openaiResponses, spec: 'openai/gpt-5.4', open: createOpenAI },
  { name: 'anthropic', wire: anthropicMessages, spec: 'anthropic/claude-sonnet-5', open: createAnthropic },
  { name: 'google', wire: geminiGenerate, spec: 'google/gemini-3-pro', open: createGoogle },
];

/** Nine required cases against `/v1/responses` of the gateway, with three vendors behind it. */
export const openResponses: Suite = {
  name: 'open-responses',
  standard: 'Open Responses 2026-04-24',
  version: 'cases of openresponses 18e56560, restated',
  async run() {
    const results: CaseResult[] = [];
    for (const backend of BACKENDS) results.push(...(await runWith(backend)));
    return results;
  },
};

async function runWith({ name, wire, spec, open }: Backend): Promise<readonly CaseResult[]> {
  await using server = await startWireServer({ wire, script: answer });
  const majordomo = createMajordomo({ providers: [open({ apiKey: 'k', baseURL: server.baseURL })] });
  const gateway = createGateway({
    majordomo,
    models: { m: spec },
    authorize: () => ({ tenant: 'standards' }),
    responses: { records: memoryRecords() },
  });
  const send: Send = async (body) => {
    const request = new Request('http://127.0.0.1/v1/responses', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
      body: JSON.stringify({ model: 'm', ...body }),
    });
    return responseOf(await gateway.fetch(request));
  };
  const results: CaseResult[] = [];
  for (const [id, run] of Object.entries(CASES)) {
    const messages = await run(send);
    results.push({ id: `${name}: ${id}`, result: messages.length === 0 ? 'passed' : 'failed', messages });
  }
  return results;
}

/** Calls the tool if the request has one without a result. Otherwise states what the vendor received, so that cases can check it. */
function answer({ request, body }: Exchange): object | string {
  if (request.tools.length > 0 && request.toolResults.length === 0)
    return { toolCalls: [{ name: request.tools[0], args: { location: 'San Francisco, CA' } }] };
  const documents = (JSON.stringify(body).match(/application\/pdf/g) ?? []).length;
  const texts = [request.system, JSON.stringify(request.messages)].join(' ');
  return `${request.images.length} images, ${documents} documents, ${request.toolResults.length} results: ${texts}`;
}

async function responseOf(
  response: Response,
): Promise<{ readonly body: Json; readonly problems: readonly string[] }> {
  if (!response.ok) return { body: {}, problems: [`status ${response.status}: ${await response.text()}`] };
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const body = (await response.json()) as Json;
    return { body, problems: problemsOfResponse(body) };
  }
  const blocks = (await response.text()).split('\n\n').filter((block) => block !== '');
  const data = blocks.map((block) => /^data: (.*)$/m.exec(block)?.[1] ?? '');
  const events = data.slice(0, -1).map((line) => JSON.parse(line) as Json);
  const end = data.at(-1) === '[DONE]' ? [] : ['the stream does not end with [DONE]'];
  const body = events.at(-1)?.['response'] as Json | undefined;
  return { body: body ?? {}, problems: [...problemsOfEvents(events), ...end] };
}
