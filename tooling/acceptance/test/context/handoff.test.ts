import { createCompactor } from '@majordomo/context';
import { assistant, createMajordomo, fromJson, toJson, user, type Message } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { continueConversation, createConversation, openVendor } from '../../src/handoff.ts';
import { HANDOFF_SIDES, receiversOf } from '../../src/handoff-sides.ts';

/** Returns the conversation with a summary of its middle. */
async function compact(stored: readonly Message[]): Promise<readonly Message[]> {
  const providers = [fakeProvider({ id: 'f', models: { m: ['They looked at a door.'] } })];
  const summarizer = createMajordomo({ providers }).model('f/m');
  const options = { summarizer, contextTokens: 4000, protectFirst: 1, protectLast: 3 };
  const { messages, lineage } = await createCompactor(options).run(stored, { force: true });
  expect(lineage).toBeDefined();
  return messages;
}

describe('a compacted conversation', () => {
  it.each(HANDOFF_SIDES)('started on %s continues on every wire', async (fromName, from) => {
    const receivers = receiversOf(fromName);
    // Long enough that a summary is shorter.
    const first = openVendor(from, 'first');
    const conversation = await createConversation(first.model);
    const longConversation = [...conversation, assistant('It is a door. '.repeat(200)), user('And?')];
    // The app stores the conversation, reads it, and compacts it.
    const stored = fromJson<Message[]>(
      JSON.parse(JSON.stringify(toJson(await continueConversation(first.model, longConversation, 3)))),
    );
    const summarized = JSON.stringify(toJson(await compact(stored)));
    const traces = new Map<string, unknown>();
    for (const [name, to] of receivers) {
      const history = fromJson<Message[]>(JSON.parse(summarized));
      const other = openVendor(to, 'there');
      const original = openVendor(from, 'back');
      const trace = await continueConversation(other.model, history, 2)
        .then((messages) => continueConversation(original.model, messages, 1))
        .then(() => [...other.refused, ...original.refused])
        .catch((error: unknown) => [String(error)]);
      traces.set(name, trace);
    }
    expect(Object.fromEntries(traces)).toEqual(Object.fromEntries(receivers.map(([name]) => [name, []])));
  });
});
