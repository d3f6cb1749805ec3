// One of two processes that share only a file. The first runs until a call waits; the second continues.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createMajordomo, fromJson, toJson } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { createAgent, type Decision, type RunState, type Tool } from '../../src/index.ts';
import { plain } from './tools.ts';

const [file = '', decisionsJson] = process.argv.slice(2);

const tool = (name: string, approval: boolean): Tool => {
  const run: Tool['run'] = (_args, { key }) => {
    appendFileSync(`${file}.runs`, `${process.pid} ${name} ${key}\n`);
    return `${name} done`;
  };
  return plain(name, run, { approval });
};
const toolCalls = ['look', 'pay', 'note'].map((name, at) => ({ id: `c${at}`, name, args: { at } }));
const models = { m: [decisionsJson === undefined ? { text: 'One moment.', toolCalls } : 'All done.'] };
const agent = createAgent({
  model: createMajordomo({ providers: [fakeProvider({ id: 'f', models })] }).model('f/m'),
  tools: [tool('look', false), tool('pay', true), tool('note', false)],
});

const input =
  decisionsJson === undefined ? 'pay the bill' : fromJson<RunState>(JSON.parse(readFileSync(file, 'utf8')));
const decisions = decisionsJson === undefined ? [] : (JSON.parse(decisionsJson) as Decision[]);
const { state, text, awaiting } = await agent.run(input, { decisions });
writeFileSync(file, JSON.stringify(toJson(state)));
console.log(JSON.stringify({ pid: process.pid, text, awaiting: awaiting.map(({ id }) => id) }));
