/* global crypto, Response -- of the runtime */
import { connectA2a } from '@majordomo/a2a';

/** Calls the agent of the Worker that is bound as DESK. */
export default {
  async fetch(request, env) {
    const desk = await connectA2a({
      name: 'desk',
      url: 'https://desk.internal',
      credential: 'key',
      fetch: (...sent) => env.DESK.fetch(...sent),
    });
    const [tool] = desk.tools;
    const content = await tool.run({ task: 'hi' }, { signal: request.signal, key: crypto.randomUUID() });
    await desk.close();
    return Response.json({ card: desk.card.name, content });
  },
};
