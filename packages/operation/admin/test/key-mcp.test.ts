import { memoryRecords } from '@majordomo/records';
import { describe, expect, it } from 'vitest';
import { createKeys } from '../src/index.ts';

const bearer = (secret: string): Request =>
  new Request('http://localhost/mcp', { headers: { authorization: `Bearer ${secret}` } });

describe('the access of a key to MCP servers', () => {
  it('is that of its caller, changes, and is removed with null', async () => {
    const keys = createKeys({ records: memoryRecords() });
    const mcp = { github: ['search_*', '!delete_*'] };
    const { key, secret } = await keys.create({ name: 'a', mcp });
    expect((await keys.get(key.id))?.mcp).toEqual(mcp);
    expect((await keys.authorize(bearer(secret)))?.mcp).toEqual(mcp);
    await keys.update(key.id, { name: 'b' });
    expect((await keys.authorize(bearer(secret)))?.mcp).toEqual(mcp);
    await keys.update(key.id, { mcp: {} });
    expect((await keys.authorize(bearer(secret)))?.mcp).toEqual({});
    await keys.update(key.id, { mcp: null });
    expect((await keys.authorize(bearer(secret)))?.mcp).toBeUndefined();
  });

  it.each([[{ mcp: ['*'] }], [{ mcp: { github: '*' } }], [{ mcp: { github: [''] } }]])(
    'is refused as %j',
    async (change) => {
      const keys = createKeys({ records: memoryRecords() });
      await expect(keys.create({ name: 'a', ...(change as object) })).rejects.toMatchObject({
        kind: 'config',
      });
    },
  );
});
