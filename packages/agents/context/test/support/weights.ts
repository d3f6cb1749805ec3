import { assistant, user, type Message } from '@majordomo/core';
import type { TokenMeter } from '../../src/index.ts';
import { textsOf } from './compactor-setup.ts';

/** Text that weighs this many tokens. */
export const weight = (tokens: number): string => `weighs ${tokens}`;

const weightOf = (message: Message): number => Number(/weighs (\d+)/.exec(textsOf([message]))?.[1] ?? 0);

/** Counts the weights that the messages state. */
export const meter: TokenMeter = {
  estimate: ({ messages }) => ({
    estimated: true,
    tokens: messages.reduce((sum, message) => sum + weightOf(message), 0),
    anchored: false,
  }),
  observe: () => undefined,
};

/** Returns `count` messages that weigh `tokens` each. */
export const talk = (count: number, tokens: number): readonly Message[] =>
  Array.from({ length: count }, (_, at) => (at % 2 === 0 ? user : assistant)(weight(tokens)));
