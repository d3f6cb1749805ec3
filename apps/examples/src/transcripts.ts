import { fromJson, toJson, user, type Majordomo, type Message } from '@majordomo/core';

/** Moves a conversation from one vendor to another through a database row. */
export async function handOver(majordomo: Majordomo, question: string, next: string): Promise<string> {
  const messages: Message[] = [user(question)];
  const first = await majordomo.model('openai/gpt-4o').generate({ messages });
  const row = JSON.stringify(toJson([...messages, first.message]));

  const loaded = fromJson<Message[]>(JSON.parse(row));
  const second = await majordomo
    .model('anthropic/claude-large')
    .generate({ messages: [...loaded, user(next)] });
  // Content that the new vendor cannot read, such as signed reasoning, is omitted with a warning.
  return [second.text, ...second.warnings.map(({ what }) => what)].join('\n');
}
