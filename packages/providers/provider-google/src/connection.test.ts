import { expect, it } from 'vitest';
import { createConnection } from './connection.ts';

it('creates a client for each file with application default credentials', async () => {
  const connection = createConnection({ project: 'p' }, []);
  const clientWith = async (file: string): Promise<object> => {
    const context = {
      target: 'google/m',
      env: { GOOGLE_APPLICATION_CREDENTIALS: file },
      signal: new AbortController().signal,
    };
    const { client } = await connection.open({ target: 'google/m' }).client(context);
    return client;
  };
  const first = await clientWith('/tenants/a.json');
  expect(await clientWith('/tenants/a.json')).toBe(first);
  expect(await clientWith('/tenants/b.json')).not.toBe(first);
});
