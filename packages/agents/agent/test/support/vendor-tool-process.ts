// A process with an agent that answers calls of a vendor's tool over a wire. `die` ends the process in the middle of a call.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createMajordomo, fromJson, toJson } from '@majordomo/core';
import { createAgent, defineVendorTool, type Decision, type RunState } from '../../src/index.ts';
import { unknownCalls } from '../../src/steps.ts';
import { folderRecords } from './folder-records.ts';
import { WIRES, type Wire } from './vendor-tool-wires.ts';

const [file = '', mode = 'run', wireName = ''] = process.argv.slice(2);
const STEPS = 10;
const wire = WIRES[wireName];
if (wire === undefined) throw new Error(`the wire is one of ${Object.keys(WIRES).join(', ')}`);

/** Answers as the vendor does: each call needs its result. */
function fetchOf({ sent, call, done }: Wire): typeof globalThis.fetch {
  return (_url, init) => {
    const { calls, results } = sent(JSON.parse(String(init?.body)));
    const isComplete = calls.length === results.length && calls.every((id, at) => results[at] === id);
    if (!isComplete)
      return Promise.resolve(Response.json({ error: { message: 'a call has no result' } }, { status: 400 }));
    const n = calls.length;
    if (n === STEPS) return Promise.resolve(Response.json(done));
    return Promise.resolve(Response.json(call(`call_${n}`, n === 3 || n === 6 ? `rm ${n}` : `echo ${n}`)));
  };
}

function perform(text: string): void {
  appendFileSync(`${file}.runs`, `${text}\n`);
  if (mode === 'die') process.kill(process.pid, 'SIGKILL');
}

const shell = defineVendorTool({
  kind: 'shell',
  effect: 'once',
  approval: ({ commands = [] }) => commands.some((command) => command.startsWith('rm')),
  run: ({ commands = [] }) => {
    perform(commands.join(';'));
    return { stdout: commands.join(), stderr: '' };
  },
});
const computer = defineVendorTool({
  kind: 'computer',
  effect: 'once',
  approval: ({ actions }) => String(actions[0]?.['text']).startsWith('rm'),
  run: ({ actions }) => {
    perform(String(actions[0]?.['text']));
    return { bytes: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), text: 'typed' };
  },
});
const agent = createAgent({
  model: createMajordomo({ providers: [wire.provider(fetchOf(wire))] }).model(wire.spec),
  tools: [shell, computer],
  extra: wire.extra,
  maxSteps: 20,
});
const stored = existsSync(file) ? fromJson<RunState>(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
const lost = new Set(stored && unknownCalls(stored).map(({ id }) => id));
const decisions = (stored?.pending ?? []).map(({ id }): Decision =>
  lost.has(id) ? { callId: id, result: 'It ran.' } : { callId: id, approve: true },
);
const { state, text, awaiting, unknown, messages } = await agent.run(stored ?? 'clean up', {
  decisions,
  records: folderRecords(`${file}.claims`),
});
writeFileSync(file, JSON.stringify(toJson(state)));
const results = messages.flatMap((message) => (message.role === 'tool' ? message.parts : []));
const calls = awaiting.map(({ name, args }) => ({ name, args }));
console.log(JSON.stringify({ text, awaiting: calls, unknown, results }));
