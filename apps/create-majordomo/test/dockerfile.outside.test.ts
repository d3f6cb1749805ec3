import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createProject } from '../src/create-project.ts';
import { emptyFolder } from './support/command.ts';
import { build, checkHealth } from './support/image.ts';
import { serve } from './support/server.ts';
import { dependOn, ENV, pack, program } from './support/tarballs.ts';

const LONG = 180_000;
const DOCKERFILE = readFileSync(join(import.meta.dirname, '../templates/gateway/Dockerfile'), 'utf8');

it(
  'the instructions of the Dockerfile produce a gateway that answers a client with a key',
  async () => {
    const scratch = emptyFolder();
    const context = join(scratch, 'my-gateway');
    await createProject({ name: 'my-gateway', folder: context, template: 'gateway' });
    await pack(join(scratch, 'packages'), '@majordomo/template-gateway^...');
    // The image has no development dependencies. One of them may have an optional package that a mirror of the registry lacks, and `npm ci` then fails.
    const manifest = join(context, 'package.json');
    const content = JSON.parse(readFileSync(manifest, 'utf8')) as object;
    writeFileSync(manifest, JSON.stringify({ ...content, devDependencies: {} }));
    dependOn(join(scratch, 'packages'), context);
    await program(context, 'npm', ['install', '--package-lock-only', '--prefer-offline'], ENV);
    const folder = join(scratch, 'image');
    mkdirSync(folder);

    const image = await build(DOCKERFILE, context, folder);
    const { env, command } = image;

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
    await expect(checkHealth(folder, image, new URL(url).port)).resolves.toBe('');
    await expect(checkHealth(folder, image, '1')).rejects.toThrow('ended with code 1');
  },
  LONG,
);
