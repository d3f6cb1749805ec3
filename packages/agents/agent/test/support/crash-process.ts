// Runs schedules with journals on disk and kills itself where a schedule specifies it. The next process continues. Written data
// survives the process without a sync.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson, toJson, type JsonValue } from '@majordomo/core';
import { agentOf, killsOf, UNKNOWN } from './crash-scenario.ts';
import { journaled } from '../../src/durable.ts';
import { journalOver, type Steps } from './journal.ts';

const [folder = '', from, to] = process.argv.slice(2);

/** Settles a call whose result is unknown, as an operator does. No other call of the scenario waits. */
const settle = (callId: string): Promise<JsonValue> => Promise.resolve({ callId, result: UNKNOWN });

for (let schedule = Number(from); schedule < Number(to); schedule++) {
  const final = join(folder, `${schedule}.final`);
  if (existsSync(final)) continue;
  const runs = join(folder, `${schedule}.runs`);
  const agent = agentOf(schedule, (name, key) => {
    append(runs, `${name} ${key}`);
  });
  const { state } = await agent.drive(
    agent.begin('go'),
    journaled(agent, journalOver(fileJournal(schedule), settle)),
  );
  writeFileSync(final, JSON.stringify(toJson(state)));
}

function fileJournal(schedule: number): Steps {
  const file = join(folder, `${schedule}.journal`);
  const deaths = join(folder, `${schedule}.deaths`);
  const entries = new Map(lines(file).map((line) => JSON.parse(line) as [string, unknown]));
  const nextKill = killsOf(schedule)[lines(deaths).length];
  const killAt = (when: 'before' | 'after', name: string): void => {
    if (nextKill?.when !== when || nextKill.entry !== entries.size + (when === 'before' ? 1 : 0)) return;
    append(deaths, `${when} ${name}`);
    process.kill(process.pid, 'SIGKILL');
  };
  return {
    async step<T>(name: string, effect: () => Promise<T>): Promise<T> {
      if (entries.has(name)) return fromJson<{ readonly value: T }>(entries.get(name)).value;
      const value = await effect();
      killAt('before', name);
      const entry = toJson({ value });
      append(file, JSON.stringify([name, entry]));
      entries.set(name, entry);
      killAt('after', name);
      return fromJson<{ readonly value: T }>(entry).value;
    },
  };
}

function lines(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

function append(file: string, line: string): void {
  appendFileSync(file, `${line}\n`);
}
