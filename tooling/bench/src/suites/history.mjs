import { assistant, user } from '@majordomo/core';
import { check, inRounds } from '../measure/rounds.mjs';
import { text } from '../server/scripts.mjs';
import { majordomo } from '../subjects/majordomo.mjs';
import { sdk } from '../subjects/sdk.mjs';
import { SEARCH } from '../wires/wire.mjs';

const DELTAS = 50;
const MESSAGES = 400;
const CALLS = 20;
const WORDS = 'Which of the two cities is older, and who founded each of them?';

/** Calls of a tool in a conversation, and the length of their results in characters. */
const STEPS = 50;
const RESULT = 'x'.repeat(2000);

/**
 * Calls with a conversation of 401 messages, and with one of 50 tool calls that have long results. `reused`: the same objects in each call, as in a process that keeps the conversation.
 * `fresh`: new objects in each call, as in a stateless server that parses them from JSON.
 */
export async function measureHistory({ dialect, place, plan }) {
  const origin = place(`text-${DELTAS}`);
  const subjects = [
    {
      subject: 'sdk',
      open: sdk(dialect).open,
      chat: turns(dialect.user, dialect.assistant),
    },
    { subject: 'majordomo', open: majordomo(dialect).open, chat: turns(user, assistant) },
  ];
  const sessions = await Promise.all(
    subjects.map(async ({ subject, open, chat }) => {
      const { completeHistory } = await open(origin);
      const { runLoop } = await open(place(`turns-${STEPS}.${subject}`));
      return { subject, completeHistory, chat, results: (await runLoop(RESULT)).history };
    }),
  );
  const jobs = (kind, historyOf) =>
    sessions.map(({ subject, completeHistory, [kind]: history }) => {
      const nextHistory = historyOf(history);
      const tools = kind === 'results' ? [SEARCH] : undefined;
      return {
        subject,
        per: CALLS,
        async run() {
          for (let n = 0; n < CALLS; n++) check(await completeHistory(nextHistory(), tools), text(DELTAS));
        },
      };
    });
  const fresh = (history) => {
    const json = JSON.stringify(history);
    return () => JSON.parse(json);
  };
  const reused = (history) => () => history;
  return {
    fresh: await inRounds(jobs('chat', fresh), plan),
    reused: await inRounds(jobs('chat', reused), plan),
    freshResults: await inRounds(jobs('results', fresh), plan),
    reusedResults: await inRounds(jobs('results', reused), plan),
  };
}

/** Messages of the user and of the model by turns. */
function turns(question, answer) {
  return Array.from({ length: MESSAGES + 1 }, (_, at) => {
    const message = at % 2 === 0 ? question : answer;
    return message(`${WORDS} ${at}`);
  });
}
