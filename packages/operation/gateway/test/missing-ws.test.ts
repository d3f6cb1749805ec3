import { expect, it, vi } from 'vitest';
import { serve } from '../src/node.ts';

vi.mock('ws', () => {
  throw new Error("Cannot find package 'ws'");
});

it('serve with sockets names the package to install if ws cannot be loaded', async () => {
  const gateway = { fetch: () => Promise.resolve(new Response()) };
  await expect(serve(gateway, { port: 0, sockets: true })).rejects.toMatchObject({
    kind: 'config',
    message: 'serve: sockets require the package ws; npm install ws',
    details: { code: 'missing-package' },
  });
});
