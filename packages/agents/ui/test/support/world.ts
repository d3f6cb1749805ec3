import { createAgent, type Agent, type Tool } from '@majordomo/agent';
import { createMajordomo, type ChatModel } from '@majordomo/core';
import { fakeProvider, type FakeProvider, type Turn } from '@majordomo/testing';
import { readAll } from '@majordomo/test-support';
import type { UiMessageChunk } from '../../src/index.ts';

/** Creates a chain of the scripted targets `a/m`, `b/m` and so on. */
export function chain(...scripts: readonly (readonly Turn[])[]): {
  readonly model: ChatModel;
  readonly providers: readonly FakeProvider[];
} {
  const providers = scripts.map((turns, index) =>
    fakeProvider({ id: 'abc'.charAt(index), models: { m: turns } }),
  );
  const majordomo = createMajordomo({ providers, chain: { attempts: 1 } });
  return { model: majordomo.model(providers.map(({ id }) => `${id}/m`).join(',')), providers };
}

export function tool(name: string, run: Tool['run'], options: Partial<Tool> = {}): Tool {
  return { name, description: name, parameters: { type: 'object' }, run, ...options };
}

export const agentOf = (tools: readonly Tool[], ...scripts: readonly (readonly Turn[])[]): Agent =>
  createAgent({ model: chain(...scripts).model, tools });

export async function collectChunks(chunks: AsyncIterable<UiMessageChunk>): Promise<UiMessageChunk[]> {
  return readAll(chunks);
}

/** Reads the chunks of a response to its end. */
export async function chunksOf(response: Response): Promise<UiMessageChunk[]> {
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('data: {'));
  return lines.map((line) => JSON.parse(line.slice('data: '.length)) as UiMessageChunk);
}

/** Returns the joined text of the deltas. */
export const textOfChunks = (chunks: readonly UiMessageChunk[]): string =>
  chunks.map(({ delta }) => (typeof delta === 'string' ? delta : '')).join('');
