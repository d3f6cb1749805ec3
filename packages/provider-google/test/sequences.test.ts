import { createHash } from 'node:crypto';
import {
  contextOf,
  deliveryOf,
  hasRecordings,
  playedInTurn,
  requestOf,
  sequences,
  skippedNote,
  type Recording,
} from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { toolResult, user, type JsonObject, type TurnMessage } from '@majordomo/core';
import { createGoogle } from '../src/index.ts';

const sessions = sequences('gemini-generate');

/** Earlier turns in a request. */
interface Echoed {
  readonly names: readonly string[];
  readonly ids: readonly string[];
  readonly signatures: readonly string[];
}

describe.skipIf(!hasRecordings)(`recorded tool loops${skippedNote}`, () => {
  it.each(sessions.map(({ id, steps }) => [id, steps] as const))(
    '%s: the next turn carries what was accepted',
    async (id, steps) => {
      await using server = await playedInTurn(steps);
      const platform = id.startsWith('vertex')
        ? { project: 'p', location: 'global', token: 't' }
        : { apiKey: 'k' };
      const model = createGoogle({ ...platform, baseURL: server.origin }).model(modelOf(steps[0]));
      const messages: TurnMessage[] = [user(textsOf(lastContent(steps[0])).join(''))];
      for (const [at, step] of steps.entries()) {
        const delivery = deliveryOf(step);
        const got = await collect(model, requestOf({ messages }), contextOf({ delivery }));
        expect(got.error).toBeUndefined();
        checkEcho(echoed(server.requests[at]?.body), echoed(step.request?.body), step);
        const next = steps[at + 1];
        if (next !== undefined)
          messages.push({ role: 'assistant', parts: got.parts }, ...following(next, got));
      }
    },
  );
});

/** Ids that the recording client generated may differ. */
function checkEcho(ours: Echoed, theirs: Echoed, { expected }: Recording): void {
  expect(ours.names).toEqual(theirs.names);
  for (const signature of theirs.signatures) expect(ours.signatures).toContain(signature);
  for (const id of expected.echo?.toolCallIdsEchoed ?? []) expect(ours.ids).toContain(id);
}

const modelOf = (step: Recording | undefined): string =>
  /models\/([^:/]+)/.exec(step?.request?.path ?? '')?.[1] ?? '';

type Content = { readonly role: string; readonly parts: readonly JsonObject[] };
const contentsOf = (body: unknown): readonly Content[] =>
  (body as { contents?: readonly Content[] } | undefined)?.contents ?? [];
const lastContent = (step: Recording | undefined): Content | undefined =>
  contentsOf(step?.request?.body).at(-1);
const textsOf = (content: Content | undefined): readonly string[] =>
  content?.parts.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])) ?? [];

/** The next message of the recording client: results for the calls in this transcript, or a new question. */
function following(step: Recording, { toolCalls }: Collected): readonly TurnMessage[] {
  if (toolCalls.length === 0) return [user(textsOf(lastContent(step)).join(''))];
  return [toolResult(toolCalls.map(({ id: callId, name }) => ({ callId, name, content: 'ok' })))];
}

/** Some clients use snake case, which the wire accepts. */
function echoed(body: unknown): Echoed {
  const parts = contentsOf(body).flatMap((content) => (content.role === 'model' ? content.parts : []));
  const calls = parts.flatMap(
    (part) => [part['functionCall'] ?? part['function_call']] as (JsonObject | undefined)[],
  );
  const known = calls.filter((call) => call !== undefined);
  return {
    names: known.map(({ name }) => String(name)),
    ids: known.map(({ id }) => String(id)),
    signatures: parts.flatMap(({ thoughtSignature }) =>
      typeof thoughtSignature === 'string'
        ? [createHash('sha256').update(thoughtSignature).digest('hex')]
        : [],
    ),
  };
}
