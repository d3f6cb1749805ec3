import { expect, it, vi } from 'vitest';
import { folder } from './built.ts';
import { started, startVendor, type Started } from './started.ts';
import { lab } from './world.ts';

const REMEDY = 'npm install --global';

// The mock applies only in a process that has not loaded the module, so this file runs alone.
vi.mock('../src/program/load-package.ts', async (load) => {
  const original = await load<typeof import('../src/program/load-package.ts')>();
  return {
    ...original,
    missingPackages: (names: readonly string[]) =>
      names.includes('@majordomo/inspector') ? `@majordomo/inspector; ${REMEDY}` : undefined,
  };
});

async function serving(argv: readonly string[], gateway?: object): Promise<Started> {
  const server = await startVendor();
  const config = JSON.stringify({ aliases: { fast: 'lab/gpt-4o' }, gateway });
  const cwd = folder({ 'majordomo.config.json': config, 'admin-token': 't0ken-of-the-inspector-0123456789' });
  return started(['serve', '--port', '0', ...argv], { cwd, env: lab(server) });
}

it.each([[[]], [['--admin-token-file', 'admin-token']]])(
  'serves models and states the missing package: serve %j',
  async (argv) => {
    const running = await serving(argv);
    const url = await running.outputMatching(/Serving .* at (\S+)/);
    expect(running.out()).toContain(`Inspector: off; needs @majordomo/inspector; ${REMEDY}\n`);
    expect((await fetch(`${url}/inspector`)).status).toBe(404);
    expect((await fetch(`${url}/v1/models`)).status).toBe(200);
  },
  60_000,
);

it('does not mention the package with --no-inspector', async () => {
  const running = await serving(['--no-inspector']);
  await running.outputMatching(/Serving .* at (\S+)/);
  expect(running.out()).toContain('Inspector: off\n');
}, 60_000);

it('does not start if the configuration requires the inspector', async () => {
  const running = await serving([], { inspector: true });
  expect(await running.exitCode).toBe(2);
  expect(running.err()).toContain(
    `gateway.inspector of the configuration needs @majordomo/inspector; ${REMEDY}`,
  );
}, 60_000);

it('inspect names all missing packages', async () => {
  const running = started(['inspect', 'demo']);
  expect(await running.exitCode).toBe(2);
  expect(running.err()).toContain(`majordomo inspect needs @majordomo/inspector; ${REMEDY}`);
}, 60_000);
