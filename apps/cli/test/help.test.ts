import { expect, it } from 'vitest';
import { COMMANDS } from '../src/commands.ts';
import { world } from './world.ts';

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
