import { describeWith, startRedis } from '@majordomo/services';
import type { LlmError } from '@majordomo/core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { redisStores } from '../src/index.ts';
import { clients } from './support/clients.ts';

const LIMIT = ['--maxmemory', '100mb'];
const timeoutMs = 10_000;

/** Starts a server with these arguments, and returns a client. */
async function connect(more: readonly string[], kind = 'ioredis with defaults') {
  const server = await startRedis({ more });
  const { client, close } = clients[kind]!(server.url);
  onTestFinished(async () => {
    close();
    await server.stop();
  });
  return client;
}

describeWith('redis', 'a Redis that may evict data', () => {
  it.each(['ioredis with defaults', 'node-redis with defaults'])(
    'is reported once, over %s',
    async (kind) => {
      const client = await connect([...LIMIT, '--maxmemory-policy', 'allkeys-lru'], kind);
      const warnings: LlmError[] = [];
      const { records } = redisStores({
        client,
        timeoutMs,
        onWarning: (warning) => warnings.push(warning),
      });
      await records.get('a', 'a');
      await records.write('a', [{ type: 'put', key: 'a', value: '{}' }]);
      expect(warnings).toMatchObject([
        { kind: 'config', message: expect.stringMatching(/maxmemory-policy allkeys-lru.*set noeviction/) },
      ]);
    },
  );

  it('is reported by a warning of the process without a listener', async () => {
    const client = await connect([...LIMIT, '--maxmemory-policy', 'volatile-ttl']);
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => {
      emitWarning.mockRestore();
    });
    await redisStores({ client, timeoutMs }).records.get('space', 'a');
    expect(emitWarning.mock.calls).toMatchObject([
      [expect.stringContaining('volatile-ttl'), { type: 'MajordomoWarning' }],
    ]);
  });

  it.each([
    ['has no memory limit', ['--maxmemory-policy', 'allkeys-lru']],
    ['does not evict', LIMIT],
  ])('is not reported if it %s', async (_, more) => {
    const client = await connect(more);
    const onWarning = vi.fn();
    await redisStores({ client, timeoutMs, onWarning }).records.get('space', 'a');
    expect(onWarning).not.toHaveBeenCalled();
  });
});
