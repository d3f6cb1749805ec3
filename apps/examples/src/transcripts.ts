import { fromJson, toJson, user, type Majordomo, type Message } from '@majordomo/core';

/** A conversation that moves from one vendor to another through a database row. */
export async function handOver(majordomo: Majordomo, question: string, next: string): Promise<string> {
  const messages: Message[] = [user(question)];
  const first = await majordomo.model('openai/gpt-4o').generate({ messages });
  const row = JSON.stringify(toJson([...messages, first.message]));

  const loaded = fromJson<Message[]>(JSON.parse(row));
  const second = await majordomo
    .model('anthropic/claude-large')
    .generate({ messages: [...loaded, user(next)] });
  // What the new vendor cannot read, such as another one's signed reasoning, is left out for it, and said.
  return [second.text, ...second.warnings.map(({ what }) => what)].join('\n');
}
