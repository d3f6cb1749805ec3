import { expect, it, vi } from 'vitest';
import { serve } from '../src/node.ts';

vi.mock('@hono/node-server', () => {
  throw new Error("Cannot find package 'hono'");
});

it('serve names the packages to install if the adapter cannot be loaded', async () => {
  const gateway = { fetch: () => Promise.resolve(new Response()) };
  await expect(serve(gateway, { port: 0 })).rejects.toMatchObject({
    kind: 'config',
    message: 'serve: hono and @hono/node-server are required; npm install hono @hono/node-server',
    details: { code: 'missing-package' },
  });
});
