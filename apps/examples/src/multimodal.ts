import { readFile } from 'node:fs/promises';
import { file, image, user, type ChatModel, type Message } from '@majordomo/core';

/** Creates a conversation with images and documents. The parts contain bytes. The caller stores the history. */
export function conversation(model: ChatModel, system: string) {
  const messages: Message[] = [];
  return async (...content: Parameters<typeof user>): Promise<string> => {
    const question = user(...content);
    const response = await model.generate({ messages: [...messages, question], system, cache: 'short' });
    messages.push(question, response.message);
    return response.text;
  };
}

export async function compare(model: ChatModel, photo: string, report: string): Promise<string> {
  const say = conversation(model, 'Be brief.');
  await say('What is in this picture?', image(await readFile(photo), 'image/png'));
  return say('Does the report fit it?', file(await readFile(report), 'application/pdf', 'report.pdf'));
}
