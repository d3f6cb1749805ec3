import { anthropicMessages, bedrockConverse, startWireServer, type WireServer } from '@majordomo/conformance';
import { createMajordomo, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createBedrock } from '@majordomo/provider-bedrock';
import { describe, expect, it } from 'vitest';
import { forbid, guarded } from '../src/index.ts';
import { ask, streamed } from './support/calls.ts';

const ANSWER = 'Mail [EMAIL_1] about Acme Corp now';
const chunks = Array.from(ANSWER);
const WIRES: readonly [string, () => Promise<WireServer>, (baseURL: string) => Provider, string][] = [
  [
    '@anthropic-ai/sdk',
    () => startWireServer({ wire: anthropicMessages, script: () => ({ text: ANSWER, chunks }) }),
    (baseURL) => createAnthropic({ apiKey: 'test', baseURL }),
    'anthropic/claude-sonnet-4-6',
  ],
  [
    '@aws-sdk/client-bedrock-runtime',
    () => startWireServer({ wire: bedrockConverse, script: () => ({ text: ANSWER, chunks }) }),
    (baseURL) =>
      createBedrock({
        region: 'us-east-1',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' },
        baseURL,
        requestHandler: () => new NodeHttpHandler(),
      }),
    'bedrock/anthropic.claude-sonnet-4-6',
  ],
];

describe.each(WIRES)('%s', (_name, start, provider, spec) => {
  it('receives placeholders, and its stream is restored and checked before delivery', async () => {
    await using server = await start();
    const model = createMajordomo({ providers: [provider(server.baseURL)] }).model(spec);
    const passed = await streamed(guarded(model, { mask: {} }), ask('I am max@example.com'));
    expect(passed.text).toBe('Mail max@example.com about Acme Corp now');
    const noAcme = forbid({ name: 'competitors', patterns: ['acme corp'] });
    const refused = await streamed(
      guarded(model, { mask: {}, output: [noAcme], holdBack: { characters: 0 } }),
      ask('I am max@example.com'),
    );
    expect(refused.error?.details.code).toBe('competitors');
    expect('Mail max@example.com about '.startsWith(refused.text)).toBe(true);
    expect(refused.text.length).toBeGreaterThan(10);
    expect(JSON.stringify(server.requests)).not.toContain('max@example.com');
    expect(JSON.stringify(server.requests)).toContain('[EMAIL_1]');
  });
});
