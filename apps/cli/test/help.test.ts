import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMMANDS } from '../src/commands.ts';
import { LEAST_NODE, main } from '../src/main.ts';
import { ioOf, world } from './world.ts';

it.each(COMMANDS.map(({ name, description }) => [name, description]))(
  '%s is listed and describes its arguments',
  async (name, description) => {
    using cli = world();
    const list = await cli.run('--help');
    expect(list.out.replaceAll(/\s+/g, ' ')).toContain(` ${name} ${description}`);
    const commandHelp = await cli.run(name, '--help');
    expect([commandHelp.code, commandHelp.out]).toEqual([
      0,
      expect.stringContaining(`Usage: majordomo ${name} `),
    ]);
    expect((await cli.run('help', name)).out).toBe(commandHelp.out);
  },
);

it('an old version of Node is refused before a command, with the remedy', async () => {
  const output = { out: '', err: '' };
  const io = { ...ioOf('/missing', {}, output), nodeVersion: '20.20.2' };
  expect(await main(['init'], io)).toBe(1);
  expect(output).toEqual({
    out: '',
    err: 'majordomo needs Node 22.12 or later, this is 20.20.2; install it from nodejs.org, or with nvm install 24\n',
  });
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  expect((JSON.parse(manifest) as { engines: object }).engines).toEqual({ node: `>=${LEAST_NODE}` });
});
