import { cpSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createProject } from '../src/create-project.ts';
import { emptyFolder } from './support/command.ts';
import { serve } from './support/server.ts';
import { dependOn, ENV, pack, program } from './support/tarballs.ts';

const LONG = 180_000;
const DOCKERFILE = readFileSync(join(import.meta.dirname, '../templates/gateway/Dockerfile'), 'utf8');

/** Instructions of the file in order, with their arguments. */
const INSTRUCTIONS = DOCKERFILE.replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [instruction = '', ...rest] = line.split(' ');
    return { instruction, rest: rest.join(' ') };
  });

/** Instructions without an effect on the folder of the application. */
const WITHOUT_EFFECT = ['FROM', 'WORKDIR', 'USER', 'EXPOSE'];

/** Result of the instructions: the environment, the command, and the health check, both in exec form. */
interface Image {
  readonly env: Record<string, string>;
  command: readonly string[];
  health: readonly string[];
}

/** Runs the instructions of the file in order. `context` is the folder of the sources, and `folder` that of the image. */
async function build(context: string, folder: string): Promise<Image> {
  const image: Image = { env: {}, command: [], health: [] };
  for (const { instruction, rest } of INSTRUCTIONS) {
    if (instruction === 'ENV')
      for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) image.env[name] = value;
    else if (instruction === 'COPY') copy(context, folder, rest);
    else if (instruction === 'RUN') await runIn(folder, rest, image.env);
    else if (instruction === 'CMD') image.command = JSON.parse(rest) as readonly string[];
    else if (instruction === 'HEALTHCHECK')
      image.health = JSON.parse(/CMD (\[.*\])/.exec(rest)?.[1] ?? '[]') as readonly string[];
    else expect(WITHOUT_EFFECT).toContain(instruction);
  }
  return image;
}

function copy(context: string, folder: string, rest: string): void {
  const paths = rest.split(' ');
  const to = paths.pop() ?? '';
  for (const path of globSync(paths, { cwd: context })) {
    const target = to.endsWith('/') ? join(folder, to, path) : join(folder, to);
    cpSync(join(context, path), target, { recursive: true });
  }
}

async function runIn(folder: string, rest: string, env: Readonly<Record<string, string>>): Promise<void> {
  // A mount is a cache, and does not belong to the image. npm reads packages from the cache of this machine.
  const command = rest.replaceAll(/--mount=\S+ /g, '');
  await program(folder, 'sh', ['-c', command], { ...ENV, npm_config_prefer_offline: 'true', ...env });
}

it(
  'the instructions of the Dockerfile produce a gateway that answers a client with a key',
  async () => {
    const scratch = emptyFolder();
    const context = join(scratch, 'my-gateway');
    await createProject({ name: 'my-gateway', folder: context, template: 'gateway' });
    await pack(join(scratch, 'packages'), '@majordomo/template-gateway^...');
    dependOn(join(scratch, 'packages'), context);
    await program(context, 'npm', ['install', '--package-lock-only', '--prefer-offline'], ENV);
    const folder = join(scratch, 'image');
    mkdirSync(folder);

    const { env, command, health } = await build(context, folder);

    const [node, ...args] = command;
    expect(node).toBe('node');
    const url = (await serve(folder, args, { ...env, PORT: '0' })).replace('0.0.0.0', '127.0.0.1');
    const secret = (await program(folder, process.execPath, [...args, 'key', 'search'], env)).trim();
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({ model: 'fast', messages: [{ role: 'user', content: 'hi' }] }),
    });
    expect(response.status).toBe(200);
    const check = (port: string): Promise<string> =>
      program(
        folder,
        process.execPath,
        health.slice(1).map((each) => each.replace('4141', port)),
      );
    await expect(check(new URL(url).port)).resolves.toBe('');
    await expect(check('1')).rejects.toThrow('ended with code 1');
  },
  LONG,
);
