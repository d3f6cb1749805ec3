import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { uiMessageChunks, type UiOptions } from '../src/index.ts';
import { agentOf, collectChunks, tool } from './support/world.ts';

async function metadataOf(options: UiOptions): Promise<unknown> {
  const agent = agentOf(
    [tool('t', () => 'x')],
    [{ toolCalls: [{ id: 'c1', name: 't', args: {} }] }, 'Done.'],
  );
  const chunks = await collectChunks(uiMessageChunks(agent.stream('hi'), options));
  expect(chunks.at(-1)?.type).toBe('finish');
  return chunks.at(-1)?.['messageMetadata'];
}

describe('the metadata of a response', () => {
  it('contains the cost of all steps', async () => {
    const metadata = await metadataOf({ cost: () => Promise.resolve({ nanoUsd: 7n }) });
    expect(metadata).toMatchObject({ majordomo: { nanoUsd: '14' } });
  });

  it('contains no cost if the cost of a step is unknown or fails', async () => {
    const unknown = await metadataOf({ cost: () => Promise.resolve({ nanoUsd: undefined }) });
    const failed = await metadataOf({ cost: () => Promise.reject(new Error('no price')) });
    for (const metadata of [unknown, failed]) expect(metadata).not.toHaveProperty('majordomo.nanoUsd');
  });

  it('waits at most one second for a cost', async () => {
    const clock = fakeClock();
    const metadata = metadataOf({ cost: () => new Promise(() => undefined), clock });
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(1_000);
    expect(await metadata).not.toHaveProperty('majordomo.nanoUsd');
  });

  it('is the result of the function `metadata`, and is not sent if `metadata` is false', async () => {
    const metadata = await metadataOf({
      metadata: ({ finish }) => ({ finish: finish ?? '', majordomo: {} }),
    });
    expect(metadata).toEqual({ finish: 'stop', majordomo: {} });
    expect(await metadataOf({ metadata: false })).toBeUndefined();
  });
});
