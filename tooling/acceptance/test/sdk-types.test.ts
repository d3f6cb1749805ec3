import { createMajordomo, LlmError, toJson, user, type ChatModel } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { fixtureOf, withOther } from '../src/sdk-types/fixture.ts';
import { OMITTED } from '../src/sdk-types/omitted.ts';
import { typesIn } from '../src/sdk-types/program.ts';
import { SDK_WIRES, type SdkWire } from '../src/sdk-types/wires.ts';

const { checker, find } = typesIn(SDK_WIRES.map(({ type }) => type.file));

function modelOf({ provider, spec }: SdkWire): {
  readonly model: ChatModel;
  readonly answer: (body: unknown) => void;
} {
  let body: unknown;
  const fetch = (): Promise<Response> => Promise.resolve(Response.json(body));
  const model = createMajordomo({ providers: [provider(fetch)] }).model(spec);
  return { model, answer: (next) => (body = next) };
}

/** Returns what an application receives for a response, without warnings: the response as JSON, or the error. */
async function received(model: ChatModel, logprobs: number | undefined): Promise<string> {
  try {
    const response = await model.generate({ messages: [user('hi')], maxTokens: 100, logprobs });
    const { id, model: served, message, finish, rawFinish, usage, vendor } = response;
    return JSON.stringify(
      toJson({ id, served, message, finish, rawFinish, usage, vendor, logprobs: response.logprobs }),
    );
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return `error: ${error.message}`;
  }
}

/** Returns the members that change nothing in what an application receives if they have another value. */
async function unreadMembers(wire: SdkWire): Promise<readonly string[]> {
  const { model, answer } = modelOf(wire);
  const logprobs = wire.logprobs === true ? 2 : undefined;
  const fixture = fixtureOf(checker, find(wire.type), wire.values);
  answer(fixture.value);
  const whole = await received(model, logprobs);
  expect(whole).not.toMatch(/^error/);
  const isRead = new Map<string, boolean>();
  for (const leaf of fixture.leaves) {
    answer(withOther(fixture, leaf));
    const changed = (await received(model, logprobs)) !== whole;
    isRead.set(leaf.name, changed || isRead.get(leaf.name) === true);
  }
  return [...isRead].filter(([, read]) => !read).map(([name]) => name);
}

/** Returns an expression for a pattern in which `*` matches any text. */
const matcherOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replaceAll(/[.[\]{}]/g, String.raw`\$&`).replaceAll('*', '.*')}$`);

describe('each member of a complete response is in the contract, in replay data or in response.vendor', () => {
  it.each(SDK_WIRES.map((wire) => [wire.name, wire] as const))(
    'of %s, unless it is omitted for a reason',
    async (name, wire) => {
      const patterns = Object.keys(OMITTED[name] ?? {});
      const unread = await unreadMembers(wire);
      const isOmitted = (member: string): boolean =>
        patterns.some((pattern) => matcherOf(pattern).test(member));
      expect(unread.filter((member) => !isOmitted(member))).toEqual([]);
      expect(patterns.filter((pattern) => !unread.some((member) => matcherOf(pattern).test(member)))).toEqual(
        [],
      );
    },
    60_000,
  );
});
