import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { recordedMessages } from '../src/otel/messages.ts';
import { otel } from '../src/otel/suite.ts';

let cache = '';
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'otel-schemas-'));
  vi.stubEnv('STANDARDS_CACHE', cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

async function writeSchema(name: string, schema: object): Promise<void> {
  const folder = join(cache, 'semantic-conventions-genai/docs/gen-ai');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), JSON.stringify(schema));
}

it('the suite of OpenTelemetry is not run without the schemas', async () => {
  expect(await otel.run()).toContain('has no folder semantic-conventions-genai');
});

it('the suite of OpenTelemetry checks each recorded value by its schema', async () => {
  await writeSchema('gen-ai-input-messages.json', {
    type: 'array',
    items: { type: 'object', required: ['role', 'parts'] },
  });
  await writeSchema('gen-ai-output-messages.json', { type: 'array', items: { required: ['other'] } });
  const results = await otel.run();
  expect(results).toMatchObject([
    { id: 'gen_ai.input.messages: 1', result: 'passed' },
    { id: 'gen_ai.input.messages: 2', result: 'passed' },
    { id: 'gen_ai.output.messages: 1', result: 'failed', messages: [expect.stringContaining('other')] },
    { id: 'gen_ai.output.messages: 2', result: 'failed' },
  ]);
});

it('the recorded values have messages, instructions, tools, and the kinds of parts', async () => {
  const values = await recordedMessages();
  expect(Object.keys(values)).toEqual(
    expect.arrayContaining([
      'gen_ai.input.messages',
      'gen_ai.output.messages',
      'gen_ai.system_instructions',
      'gen_ai.tool.definitions',
    ]),
  );
  const text = JSON.stringify(values);
  for (const type of ['text', 'image', 'reasoning', 'tool_call', 'tool_call_response'])
    expect(text).toContain(`"type":"${type}"`);
});
