// Runs a team with a journal on disk. With a number, the process kills itself after it has written that many entries.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson, toJson } from '@majordomo/core';
import { journaled } from '../../src/durable.ts';
import { journalOver } from './journal.ts';
import { teamOf } from './team-scenario.ts';

const [folder = '', kill] = process.argv.slice(2);
let written = 0;
const file = join(folder, 'journal');
const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
const entries = new Map(lines.map((line) => JSON.parse(line) as [string, unknown]));

const journal = journalOver(
  {
    async step<T>(name: string, effect: () => Promise<T>): Promise<T> {
      if (!entries.has(name)) {
        const entry = toJson({ value: await effect() });
        appendFileSync(file, `${JSON.stringify([name, entry])}\n`);
        entries.set(name, entry);
        if (++written === Number(kill)) process.kill(process.pid, 'SIGKILL');
      }
      return fromJson<{ readonly value: T }>(entries.get(name)).value;
    },
  },
  async (callId) => ({ callId, approve: true }),
);
const agent = teamOf((what) => {
  appendFileSync(join(folder, 'runs'), `${what}\n`);
});
const { state } = await agent.drive(agent.begin('go'), journaled(agent, journal));
writeFileSync(join(folder, 'final'), JSON.stringify(toJson(state)));
