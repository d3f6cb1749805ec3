import { user, type ChatModel } from '@majordomo/core';

/** Block of an answer, as displayed on the screen. */
export interface Block {
  readonly kind: 'text' | 'reasoning' | 'tool-call';
  text: string;
}

/** Handles every event of a stream. A `reset` clears the screen. */
export async function show(
  model: ChatModel,
  question: string,
  paint: (blocks: readonly Block[]) => void,
): Promise<void> {
  let blocks: Block[] = [];
  const append = (index: number, text: string): void => {
    const block = blocks[index];
    if (block !== undefined) block.text += text;
  };
  for await (const event of model.stream({ messages: [user(question)] }, { afterCommit: 'restart' })) {
    switch (event.type) {
      case 'part-start':
        blocks[event.index] = { kind: event.part.type, text: '' };
        break;
      case 'text-delta':
      case 'reasoning-delta':
        append(event.index, event.text);
        break;
      case 'args-delta':
        append(event.index, event.json);
        break;
      case 'reset':
        blocks = [];
        break;
      case 'start':
      case 'part-end':
      case 'warning':
      case 'finish':
        break;
      default:
        event satisfies never;
    }
    paint(blocks);
  }
}
