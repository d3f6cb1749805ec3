import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { check } from '../src/measure/rounds.mjs';

const WORDS = [
  'issue',
  'invoice',
  'ticket',
  'branch',
  'payment',
  'meeting',
  'file',
  'order',
  'contact',
  'table',
];

/** Returns a generated tool, whose definition has about 250 characters. */
function generatedTool(_, at) {
  const word = WORDS[at % WORDS.length];
  return {
    name: `${word}_action_${at}`,
    description: `Runs action ${at} on a ${word} of the system ${at % 97}, and returns the changed ${word}.`,
    parameters: {
      type: 'object',
      properties: { [`${word}Id`]: { type: 'string', description: `Identifier of the ${word}.` } },
      required: [`${word}Id`],
    },
    run: () => 'done',
  };
}

/**
 * Creates an agent with `tools` tools to search, over the official SDK. Its run searches `searches` times, then calls the tool
 * `look` in each step. `searchMs` contains the duration of each search in milliseconds.
 */
export function searchingAgent({ tools, searches = 1, steps, limit = 5 }) {
  const searchMs = [];
  let began = 0;
  const look = { name: 'look', description: 'Looks', parameters: { type: 'object' }, run: () => 'seen' };
  const agent = createAgent({
    model: modelOf(steps, searches),
    tools: [look],
    toolboxes: [{ name: 'all', tools: Array.from({ length: tools }, generatedTool) }],
    toolSearch: { above: 0, limit },
    maxSteps: steps,
    onToolStart: () => (began = performance.now()),
    onToolEnd: ({ call }) => {
      if (call.name === 'find_tools') searchMs.push(performance.now() - began);
    },
  });
  return {
    searchMs,
    async run() {
      const { state, text } = await agent.run('Work.');
      check(text, 'Done.');
      check(state.steps, steps);
      const loaded = state.messages.flatMap(({ parts }) => parts.flatMap(({ loads = [] }) => loads));
      check(new Set(loaded).size, searches * limit);
    },
  };
}

function modelOf(steps, searches) {
  let made = 0;
  const respond = (step) => {
    if (step === steps) return { message: { role: 'assistant', content: 'Done.' }, finish_reason: 'stop' };
    const query = `action ${step} on a ${WORDS[step % WORDS.length]}`;
    const call =
      step <= searches
        ? { name: 'find_tools', arguments: JSON.stringify({ query }) }
        : { name: 'look', arguments: '{}' };
    const toolCalls = [{ id: `c${step}`, type: 'function', function: call }];
    return {
      message: { role: 'assistant', content: null, tool_calls: toolCalls },
      finish_reason: 'tool_calls',
    };
  };
  const fetch = () => {
    made = (made % steps) + 1;
    const choices = [{ index: 0, ...respond(made) }];
    return Promise.resolve(Response.json({ id: 'r', object: 'chat.completion', created: 0, choices }));
  };
  const providers = [createOpenAI({ api: 'chat', apiKey: 'key' })];
  return createMajordomo({ providers, fetch }).model('openai/gpt-4.1');
}
