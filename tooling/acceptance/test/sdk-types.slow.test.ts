import {
  createMajordomo,
  LlmError,
  toJson,
  user,
  type ChatRequest,
  type ChatResponse,
} from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../src/exchange.ts';
import { fixtureOf, withOther, type Fixture } from '../src/sdk-types/fixture.ts';
import { expectOmitted } from '../src/sdk-types/expect-omitted.ts';
import { OMITTED } from '../src/sdk-types/omitted.ts';
import { typesIn } from '../src/sdk-types/program.ts';
import { SDK_WIRES, type SdkWire } from '../src/sdk-types/wires.ts';

const { checker, find } = typesIn(
  SDK_WIRES.flatMap(({ type, chunk }) => (chunk === undefined ? [type.file] : [type.file, chunk.file])),
);
const fixtures = new Map(
  SDK_WIRES.map((wire) => [wire.name, fixtureOf(checker, find(wire.type), wire.values)] as const),
);

const jsonReply = (value: unknown): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  pieces: [new TextEncoder().encode(JSON.stringify(value))],
});

/** Reads responses as an application. */
interface Reader {
  readonly fromJson: (value: unknown) => Promise<string>;
  readonly fromStream: (value: unknown) => Promise<string>;
}

/** Creates the model once for all responses of a wire, because the SDKs take longer to create a client than to read a response. */
function readerOf({ provider, spec, logprobs, stream }: SdkWire): Reader {
  let reply: Reply = jsonReply({});
  // Other values of a member can be errors, which must not bench the target.
  const health = { threshold: Infinity };
  const model = createMajordomo({ providers: [provider(() => reply)], health }).model(spec);
  const request: ChatRequest = {
    messages: [user('hi')],
    maxTokens: 100,
    logprobs: logprobs === true ? 2 : undefined,
  };
  const received = async (next: Reply, call: () => Promise<ChatResponse>): Promise<string> => {
    reply = next;
    return visibleTo(call);
  };
  return {
    fromJson: (value) => received(jsonReply(value), () => model.generate(request)),
    fromStream: (value) => received(stream(value), () => model.stream(request).response()),
  };
}

/** Returns what an application receives from a call, without warnings: the response as JSON, or the error. */
async function visibleTo(call: () => Promise<ChatResponse>): Promise<string> {
  try {
    const { id, model: served, message, finish, rawFinish, usage, vendor, logprobs } = await call();
    return JSON.stringify(toJson({ id, served, message, finish, rawFinish, usage, vendor, logprobs }));
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return JSON.stringify({ error: error.message });
  }
}

/** Returns the members that change nothing in what an application receives if they have another value. */
async function unreadMembers(
  fixture: Fixture,
  read: (value: unknown) => Promise<string>,
): Promise<readonly string[]> {
  const whole = await read(fixture.value);
  expect(whole).not.toMatch(/^{"error"/);
  const isRead = new Map<string, boolean>();
  for (const leaf of fixture.leaves) {
    // A member of several elements is read if it is read in one of them.
    if (isRead.get(leaf.name) === true) continue;
    isRead.set(leaf.name, (await read(withOther(fixture, leaf))) !== whole);
  }
  return [...isRead].filter(([, read]) => !read).map(([name]) => name);
}

describe('each member of a complete response is in the contract, in replay data or in response.vendor', () => {
  it.each(SDK_WIRES.map((wire) => [wire.name, wire] as const))(
    'of %s, unless it is omitted for a reason',
    async (name, wire) => {
      const unread = await unreadMembers(fixtures.get(name) as Fixture, readerOf(wire).fromJson);
      expectOmitted(unread, OMITTED[name]);
    },
  );
});

describe('each member of the chunks of a stream is read', () => {
  const withChunks = SDK_WIRES.flatMap((wire) =>
    wire.chunk === undefined ? [] : [[wire.name, wire, wire.chunk] as const],
  );
  it.each(withChunks)('of %s, unless it is omitted for a reason', async (name, wire, chunk) => {
    const fixture = fixtureOf(checker, find(chunk), wire.values);
    const unread = await unreadMembers(fixture, readerOf(wire).fromStream);
    expectOmitted(unread, OMITTED[`${name}, chunks`]);
  });
});

describe('a stream with the content of a response gives the same result as the response', () => {
  it.each(SDK_WIRES.filter(({ chunk }) => chunk === undefined).map((wire) => [wire.name, wire] as const))(
    'of %s, with each member set',
    async (name, wire) => {
      const fixture = fixtures.get(name) as Fixture;
      const value = wire.streamable?.(fixture.value) ?? fixture.value;
      const { fromJson, fromStream } = readerOf(wire);
      expect(JSON.parse(await fromStream(value))).toEqual(JSON.parse(await fromJson(value)));
    },
  );
});
