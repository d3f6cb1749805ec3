// A process with an agent that runs commands of OpenAI's shell tool. `die` ends the process in the middle of a command.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createMajordomo, fromJson, toJson } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { createAgent, defineVendorTool, type Decision, type RunState } from '../../src/index.ts';

const [file = '', mode = 'run'] = process.argv.slice(2);
const STEPS = 10;

interface Item {
  readonly type: string;
  readonly call_id?: string;
}

/** Answers as OpenAI does: each call needs its output. */
const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
  const { input } = JSON.parse(String(init?.body)) as { readonly input: readonly Item[] };
  const calls = input.filter(({ type }) => type === 'shell_call');
  const outputs = input.filter(({ type }) => type === 'shell_call_output');
  const isComplete = calls.every((call, at) => outputs[at]?.call_id === call.call_id);
  if (!isComplete || calls.length !== outputs.length)
    return Promise.resolve(
      Response.json({ error: { message: 'No tool output found for shell call' } }, { status: 400 }),
    );
  const n = calls.length;
  const commands = n === 3 || n === 6 ? [`rm ${n}`] : [`echo ${n}`];
  const call = { type: 'shell_call', id: `sh_${n}`, call_id: `call_${n}`, action: { commands } };
  const done = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'All done.' }] };
  const output = [n === STEPS ? done : call];
  return Promise.resolve(Response.json({ id: `resp_${n}`, status: 'completed', output }));
};

const shell = defineVendorTool({
  kind: 'shell',
  effect: 'once',
  approval: ({ commands = [] }) => commands.some((command) => command.startsWith('rm')),
  run: ({ commands = [] }) => {
    appendFileSync(`${file}.runs`, `${commands.join(';')}\n`);
    if (mode === 'die') process.kill(process.pid, 'SIGKILL');
    return { stdout: commands.join(), stderr: '' };
  },
});
const claim = {
  claim: (key: string): Promise<boolean> => {
    const path = `${file}.${encodeURIComponent(key)}`;
    if (existsSync(path)) return Promise.resolve(false);
    writeFileSync(path, '');
    return Promise.resolve(true);
  },
};
const agent = createAgent({
  model: createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] }).model('openai/gpt-5.4'),
  tools: [shell],
  maxSteps: 20,
});
const stored = existsSync(file) ? fromJson<RunState>(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
const decisions = (stored?.pending ?? []).map(({ id }): Decision => ({ callId: id, approve: true }));
const { state, text, awaiting, messages } = await agent.run(stored ?? 'clean up', { decisions, claim });
writeFileSync(file, JSON.stringify(toJson(state)));
const results = messages.flatMap((message) => (message.role === 'tool' ? message.parts : []));
console.log(JSON.stringify({ text, awaiting: awaiting.map(({ name, args }) => ({ name, args })), results }));
