import type { ImagePart, TurnMessage, UserPart } from '@majordomo/core';

/** The transcript with text alone in tool results: their images follow each run of results in a user message. */
export function withTextResults(messages: readonly TurnMessage[]): readonly TurnMessage[] {
  const moved: TurnMessage[] = [];
  let images: UserPart[] = [];
  const pushImages = (): void => {
    if (images.length > 0) moved.push({ role: 'user', parts: images });
    images = [];
  };
  for (const message of messages) {
    if (message.role !== 'tool') {
      pushImages();
      moved.push(message);
      continue;
    }
    if (!message.parts.some(({ content }) => content.some(({ type }) => type === 'image'))) {
      moved.push(message);
      continue;
    }
    const parts = message.parts.map((result) => {
      const pictures = result.content.filter((part): part is ImagePart => part.type === 'image');
      if (pictures.length === 0) return result;
      images.push({ type: 'text', text: `Images of the result of ${result.name}:` }, ...pictures);
      const text = result.content.filter((part) => part.type === 'text');
      return { ...result, content: text.length > 0 ? text : [{ type: 'text' as const, text: SEE_BELOW }] };
    });
    moved.push({ role: 'tool', parts });
  }
  pushImages();
  return moved;
}

const SEE_BELOW = 'See the images below.';
