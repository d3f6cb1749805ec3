import { file, toJson, user, type Majordomo, type Message } from '@majordomo/core';
import { readBlobs, type Files } from '@majordomo/files';
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';

const SPEC = 'openai/gpt-5.4,anthropic/claude-sonnet-5';

/** Application that answers questions about the contracts of its customers. `majordomo` has the option `files`. */
export interface ContractApp {
  readonly majordomo: Majordomo;
  readonly files: Files;
}

/** Conversation about contracts, with the bytes of the contracts as blobs. */
export interface Conversation {
  readonly customer: string;
  readonly messages: readonly Message[];
}

/** Begins a conversation. The contracts are read from disk when a target needs them. */
export async function openContracts(customer: string, paths: readonly string[]): Promise<Conversation> {
  const contracts = await Promise.all(
    paths.map(async (path) => file(await openAsBlob(path), 'application/pdf', basename(path))),
  );
  return { customer, messages: [user('These are our contracts.', ...contracts)] };
}

/** Answers a question. The first question uploads the contracts to the target that answers, and later questions refer to them. */
export async function ask(
  { majordomo }: ContractApp,
  { customer, messages }: Conversation,
  question: string,
): Promise<{ readonly answer: string; readonly next: Conversation }> {
  const asked = [...messages, user(question)];
  const { text, message } = await majordomo.model(SPEC).generate({ messages: asked }, { tenant: customer });
  return { answer: text, next: { customer, messages: [...asked, message] } };
}

/** Returns the conversation as JSON with the contracts, so that another machine or another vendor can continue it. */
export const stored = async ({ messages }: Conversation): Promise<string> =>
  JSON.stringify(toJson(await readBlobs(messages)));

/** Deletes the copies of the contracts at the vendors, when the customer closes the conversation. */
export async function close({ majordomo, files }: ContractApp, conversation: Conversation): Promise<void> {
  const { customer, messages } = conversation;
  const targets = await majordomo.prepare(SPEC, { messages }, { tenant: customer, work: 'background' });
  await files.remove(targets, messages, { tenant: customer });
}
