import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openaiChat, startWireServer } from '@majordomo/conformance';
import { ROOT } from '@majordomo/test-support';
import { expect, it, onTestFinished } from 'vitest';
import { emptyFolder } from '../../create-majordomo/test/support/command.ts';
import { build, checkHealth, type Image } from '../../create-majordomo/test/support/image.ts';
import { dependOn, ENV, pack, program } from '../../create-majordomo/test/support/tarballs.ts';
import { lab } from './world.ts';

const LONG = 300_000;
/** Packages that the command loads if they are installed. */
const LOADED = ['admin', 'gateway', 'inspector', 'store-postgres', 'store-sqlite'];

/** Starts the command of the image on a free port, as a container does. */
async function start(
  folder: string,
  { entrypoint, env }: Image,
): Promise<{ child: ChildProcess; url: string }> {
  const [name = '', ...args] = [...entrypoint, '--models', 'smart=lab/gpt-4o'];
  const child = spawn(
    name,
    args.map((each) => each.replace('4141', '0')),
    { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout }))
    if (line.startsWith('Serving '))
      return { child, url: (/http:\S+/.exec(line)?.[0] ?? '').replace('0.0.0.0', '127.0.0.1') };
  throw new Error('the gateway printed no address');
}

it(
  'the instructions of the Dockerfile produce a gateway that keeps its keys in the volume, and ends after SIGTERM',
  async () => {
    await using vendor = await startWireServer({ wire: openaiChat, script: () => 'Hello.' });
    const scratch = emptyFolder();
    const context = join(scratch, 'context');
    await program(ROOT, process.execPath, ['tooling/release/image.mjs', context]);
    const packages = join(scratch, 'packages');
    await pack(packages, 'majordomo...', ...LOADED.map((name) => `@majordomo/${name}...`));
    dependOn(packages, context);
    await program(context, 'npm', ['install', '--package-lock-only', '--prefer-offline'], ENV);
    const folder = join(scratch, 'image');
    mkdirSync(folder);
    const dockerfile = readFileSync(join(context, 'Dockerfile'), 'utf8');
    const built = await build(dockerfile, context, folder);
    const image = { ...built, env: { ...built.env, ...lab(vendor), HOME: scratch } };

    const first = await start(folder, image);
    const created = await program(folder, 'majordomo', ['keys', 'create', 'app'], image.env);
    const ask = (url: string): Promise<Response> =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${created.trim()}` },
        body: JSON.stringify({ model: 'smart', messages: [{ role: 'user', content: 'hi' }] }),
      });
    expect((await ask(first.url)).status).toBe(200);
    await expect(checkHealth(folder, image, new URL(first.url).port)).resolves.toBe('');
    await expect(checkHealth(folder, image, '1')).rejects.toThrow('ended with code 1');
    expect(await ended(first.child)).toEqual([0, null]);

    const second = await start(folder, image);
    expect((await ask(second.url)).status).toBe(200);
    expect(await ended(second.child)).toEqual([0, null]);
  },
  LONG,
);

/** Ends the command as a container does. Returns its exit code and signal. */
async function ended(child: ChildProcess): Promise<readonly unknown[]> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  return exit;
}
