import { assistant, user } from '@majordomo/core';
import { check, inRounds } from '../measure/rounds.mjs';
import { text } from '../server/scripts.mjs';
import { majordomo } from '../subjects/majordomo.mjs';
import { sdk } from '../subjects/sdk.mjs';

const DELTAS = 50;
const MESSAGES = 400;
const CALLS = 20;
const WORDS = 'Which of the two cities is older, and who founded each of them?';

/**
 * Calls with a conversation of 401 messages. `reused`: the same objects in each call, as in a process that keeps the conversation.
 * `fresh`: new objects in each call, as in a stateless server that parses them from JSON.
 */
export async function measureHistory({ dialect, place, plan }) {
  const origin = place(`text-${DELTAS}`);
  const subjects = [
    { subject: 'sdk', open: sdk(dialect).open, history: turns(dialect.user, dialect.assistant) },
    { subject: 'majordomo', open: majordomo(dialect).open, history: turns(user, assistant) },
  ];
  const sessions = await Promise.all(
    subjects.map(async ({ subject, open, history }) => {
      const { completeHistory } = await open(origin);
      return { subject, completeHistory, history };
    }),
  );
  const jobs = (historyOf) =>
    sessions.map(({ subject, completeHistory, history }) => {
      const nextHistory = historyOf(history);
      return {
        subject,
        per: CALLS,
        async run() {
          for (let n = 0; n < CALLS; n++) check(await completeHistory(nextHistory()), text(DELTAS));
        },
      };
    });
  const fresh = (history) => {
    const json = JSON.stringify(history);
    return () => JSON.parse(json);
  };
  const reused = (history) => () => history;
  return { fresh: await inRounds(jobs(fresh), plan), reused: await inRounds(jobs(reused), plan) };
}

/** Messages of the user and of the model by turns. */
function turns(question, answer) {
  return Array.from({ length: MESSAGES + 1 }, (_, at) => {
    const message = at % 2 === 0 ? question : answer;
    return message(`${WORDS} ${at}`);
  });
}
