import { user } from '@majordomo/core';
import { sseResponse } from '@majordomo/core/http';
import { createResumableStreams, fromUiMessages, toUiMessages, uiMessageResponse } from '@majordomo/ui';
import { check, inRounds } from '../measure/rounds.mjs';

const DELTAS = 20_000;
/** A page has at most 10,000 messages and parts. */
const MESSAGES = 3_000;
const WORD = 'word ';

/** Costs of a chat page, without network and vendor. */
export async function measureUi({ plan }) {
  const streams = createResumableStreams({ keepMs: 3_600_000 });
  await readAll(streams.start('chat', events()));
  const transcript = Array.from({ length: MESSAGES }, (_, at) =>
    at % 2 === 0 ? user(WORD) : { role: 'assistant', parts: [{ type: 'text', text: WORD }] },
  );
  const page = [
    ...(await toUiMessages(transcript)),
    { id: 'last', role: 'user', parts: [{ type: 'text', text: WORD }] },
  ];
  const measures = {
    pageDelta: await inRounds(
      [
        { subject: 'sse', per: DELTAS, run: () => readAll(sseResponse(events())) },
        { subject: 'ui', per: DELTAS, run: () => readAll(uiMessageResponse(events())) },
      ],
      plan,
    ),
    pageReplay: await inRounds(
      [{ subject: 'replay', per: 1_000, run: async () => readAll(await streams.resume('chat')) }],
      plan,
    ),
    pageMessages: await inRounds(
      [
        {
          subject: 'read',
          per: 1_000,
          run: async () => check((await fromUiMessages(page)).messages.length, MESSAGES + 1),
        },
      ],
      plan,
    ),
  };
  await streams.close();
  return measures;
}

/** Events of an agent that streams a long text. */
async function* events() {
  const model = (event) => ({ type: 'model', event });
  yield { type: 'step-start', step: 1 };
  yield model({ type: 'part-start', index: 0, part: { type: 'text' } });
  for (let at = 0; at < DELTAS; at++) yield model({ type: 'text-delta', index: 0, text: WORD });
  yield model({ type: 'part-end', index: 0, part: { type: 'text', text: WORD.repeat(DELTAS) } });
}

async function readAll({ body }) {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  check(bytes > DELTAS * WORD.length, true);
}
