import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { uiMessageChunks, type UiOptions } from '../src/index.ts';
import { agentOf, all, tool } from './support/world.ts';

async function metadataOf(options: UiOptions): Promise<unknown> {
  const agent = agentOf(
    [tool('t', () => 'x')],
    [{ toolCalls: [{ id: 'c1', name: 't', args: {} }] }, 'Done.'],
  );
  const chunks = await all(uiMessageChunks(agent.stream('hi'), options));
  expect(chunks.at(-1)?.type).toBe('finish');
  return chunks.at(-1)?.['messageMetadata'];
}

describe('the metadata of a response', () => {
  it('contains the cost of all steps', async () => {
    const metadata = await metadataOf({ cost: () => Promise.resolve({ nanoUsd: 7n }) });
    expect(metadata).toMatchObject({ majordomo: { nanoUsd: '14' } });
  });

  it('contains no cost if that of a step is unknown or fails', async () => {
    const unknown = await metadataOf({ cost: () => Promise.resolve({ nanoUsd: undefined }) });
    const failed = await metadataOf({ cost: () => Promise.reject(new Error('no price')) });
    for (const metadata of [unknown, failed]) expect(metadata).not.toHaveProperty('majordomo.nanoUsd');
  });

  it('waits one second for a cost', async () => {
    const clock = fakeClock();
    const metadata = metadataOf({ cost: () => new Promise(() => undefined), clock });
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(1_000);
    expect(await metadata).not.toHaveProperty('majordomo.nanoUsd');
  });

  it('has what `metadata` adds, or is not sent', async () => {
    const added = await metadataOf({ metadata: ({ finish }) => ({ finish: finish ?? '', majordomo: {} }) });
    expect(added).toEqual({ finish: 'stop', majordomo: {} });
    expect(await metadataOf({ metadata: false })).toBeUndefined();
  });
});
