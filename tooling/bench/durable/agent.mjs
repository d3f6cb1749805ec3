import { randomBytes } from 'node:crypto';
import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';

/**
 * Returns a question that requests a number of turns. Each turn is a model call and a tool whose result has a number of
 * characters.
 */
export const question = (turns, size) => `${turns} of ${size}`;

/** Creates an agent that follows `question`. With `waits`, the last call requires the approval of a person. */
export function turningAgent() {
  const turn = ({ messages }) => {
    const [turns = 0] = asked(messages);
    const made = messages.filter(({ role }) => role === 'assistant').length;
    if (made >= turns) return 'Done.';
    const [, size, waits] = asked(messages);
    const name = waits && made === turns - 1 ? 'agreed' : 'look';
    return { toolCalls: [{ id: `${made}`, name, args: { size } }] };
  };
  const model = { m: Array.from({ length: 1_000_000 }, () => turn) };
  const tool = (name, more) => ({
    name,
    description: name,
    parameters: { type: 'object' },
    // Time that does not depend on the database.
    run: ({ size }) => randomBytes(size).toString('base64').slice(0, size),
    ...more,
  });
  return createAgent({
    model: createMajordomo({ providers: [fakeProvider({ id: 'f', models: model })] }).model('f/m'),
    tools: [tool('look'), tool('agreed', { approval: true })],
    maxSteps: 1000,
  });
}

function asked(messages) {
  const { parts, content } = messages[0];
  const text = typeof content === 'string' ? content : parts.map((part) => part.text).join('');
  return [...text.matchAll(/\d+/g)]
    .map(([number]) => Number(number))
    .concat(text.includes('waits') ? [1] : []);
}
